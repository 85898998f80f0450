import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useObject, type ObjectModel } from '@/api/model';
import { isProblem } from '@/api/problem';
import { readRecord } from '@/api/records';
import { ErrorNote, NotFoundPage } from '@/app/ErrorPages';
import { Loading } from '@/app/Loading';
import { forget, remember } from '@/fields/recents';
import { lookupNames } from '../form/formModel';
import { recordName } from '../list/listModel';
import { RecordView } from './RecordView';

const route = getRouteApi('/shell/o/$object/$id');

export function RecordPage() {
  const { object: name, id } = route.useParams();
  const object = useObject(name);
  if (!object?.actions.includes('read')) return <NotFoundPage />;
  return <Loaded key={`${name} ${id}`} object={object} id={id} />;
}

function Loaded({ object, id }: { object: ObjectModel; id: string }) {
  const { i18n } = useTranslation();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['record', object.name, id],
    queryFn: ({ signal }) => readRecord(object.name, id, { expand: lookupNames(object.fields) }, signal),
  });
  const name = data ? recordName(object, data.record, i18n.resolvedLanguage ?? 'en') : undefined;
  useEffect(() => {
    if (name !== undefined) remember(object.name, { id, _name: name });
  }, [object.name, id, name]);
  const gone = isProblem(error) && (error.status === 404 || error.status === 422 || error.status === 400);
  useEffect(() => {
    if (gone) forget(object.name, id);
  }, [gone, object.name, id]);
  if (isPending) return <Loading />;
  if (!data) return gone ? <NotFoundPage /> : <ErrorNote error={error} onRetry={() => void refetch()} />;
  return <RecordView object={object} record={data.record} />;
}
