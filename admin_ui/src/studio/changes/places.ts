import { pointerParts } from '@/api/problem';
import type { ChangeSet } from '../api';
import type { DocumentKey, FieldDocument } from '../documents';

/** Where a document is edited. `hash` names the tab or the field on the page. */
export interface StudioPlace {
  to: '/studio/objects/$name' | '/studio/picklists/$name' | '/studio/layouts/$name' | '/studio/views/$name' | '/studio/apps/$name';
  name: string;
  hash: string;
}

const PAGES = {
  object: '/studio/objects/$name',
  extension: '/studio/objects/$name',
  picklist: '/studio/picklists/$name',
  layout: '/studio/layouts/$name',
  view: '/studio/views/$name',
  app: '/studio/apps/$name',
} as const;

export const FIELD_HASH = 'field.';

/** The page of a document and, for a fault in a field, the field; null for kinds without an editor. */
export function placeOf(key: DocumentKey, draft: ChangeSet | null, pointer = ''): StudioPlace | null {
  const to = PAGES[key.kind as keyof typeof PAGES] as StudioPlace['to'] | undefined;
  if (!to) return null;
  const changed = draft?.documents.find((document) => document.kind === key.kind && document.name === key.name);
  const body = changed?.body ?? changed?.base_body;
  const name = key.kind === 'extension' && body && 'object' in body ? String(body.object) : key.name;
  const [property, index] = pointerParts(pointer);
  const fields = body && 'fields' in body ? (body.fields as FieldDocument[]) : [];
  const field = property === 'fields' && index !== undefined ? fields[Number(index)]?.name : undefined;
  return { to, name, hash: field === undefined ? '' : FIELD_HASH + field };
}
