import { useMemo } from 'react';
import { useModel } from '@/api/model';
import { useDocument, useDocumentBodies, useDocuments, useDraft, usePrefetchDocuments } from '../draft';
import type { ChangedDocument } from '../api';
import type { ObjectDocuments } from './edits';

/** An object with its extensions, layouts and views, the draft over what is published; null if there is no such object. */
export function useObjectDocuments(name: string): ObjectDocuments | null {
  const described = useModel().byName.get(name);
  usePrefetchDocuments([
    ...(described ? [{ kind: 'object', name }] : []),
    ...(described?.layouts ?? []).map((layout) => ({ kind: 'layout', name: layout.name })),
    ...(described?.views ?? []).map((view) => ({ kind: 'view', name: view.name })),
  ]);
  const object = useDocument('object', name);
  const extensionNames = useDocuments('extension').map((item) => item.name);
  const extensions = useDocumentBodies('extension', extensionNames);
  const layouts = useDocumentBodies('layout', useNamesOf('layout', name));
  const views = useDocumentBodies('view', useNamesOf('view', name));
  return useMemo(
    () => (object ? { object, extensions: extensions.filter(({ body }) => body.object === name), layouts, views } : null),
    [object, extensions, layouts, views, name],
  );
}

/** Names of the layouts or views of an object: the published ones, then those of the draft. */
function useNamesOf(kind: 'layout' | 'view', object: string): string[] {
  const described = useModel().byName.get(object);
  const draft = useDraft();
  const published = (kind === 'layout' ? described?.layouts : described?.views) ?? [];
  const drafted = (draft?.documents ?? []).filter((document) => document.kind === kind && objectOf(document) === object);
  return [...new Set([...published.map((item) => item.name), ...drafted.map((document) => document.name)])];
}

function objectOf({ body, base_body }: ChangedDocument): unknown {
  const document = body ?? base_body;
  return document && 'object' in document ? document.object : undefined;
}
