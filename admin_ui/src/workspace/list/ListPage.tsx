import { getRouteApi } from '@tanstack/react-router';
import { useObject } from '@/api/model';
import { NotFoundPage } from '@/app/ErrorPages';
import { ObjectList } from './ObjectList';

const route = getRouteApi('/shell/o/$object');

/** The records of an object. */
export function ListPage() {
  const { object: name } = route.useParams();
  const search = route.useSearch();
  const object = useObject(name);
  if (!object?.actions.includes('read')) return <NotFoundPage />;
  // Another object is another list: nothing of the old one's state may stay.
  return <ObjectList key={object.name} object={object} search={search} />;
}
