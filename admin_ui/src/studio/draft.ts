import { useIsMutating, useMutation, useQueryClient, useSuspenseQueries, useSuspenseQuery, type QueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '@/api/http';
import { errorText } from '@/api/problem';
import {
  documentQuery, documentsQuery, draftQuery, META, type ChangedDocument, type ChangeSet, type DocumentSummary, type StoredDocument,
} from './api';
import { labelIn, sameJson, type AnyDocument, type ByKind, type DocumentKey, type Kind } from './documents';

/** How a document stands against what is published. */
export type DraftState = 'published' | 'added' | 'changed' | 'deleted';

/** A document as the admin sees it: the draft over what is published. */
export interface Draft<D> {
  body: D;
  state: DraftState;
  /** Package that brought it; null for the tenant's own. */
  package: string | null;
  core: boolean;
}

export interface DraftSummary {
  kind: string;
  name: string;
  label: string;
  state: DraftState;
  package: string | null;
  core: boolean;
}

/** One step of editing: documents to add or replace, to delete, and to leave as they are published. */
export interface Edit {
  put?: AnyDocument[];
  remove?: DocumentKey[];
  withdraw?: DocumentKey[];
}

const MUTATION = ['draft'];

export function useLocale(): string {
  return useTranslation().i18n.resolvedLanguage ?? 'en';
}

/** The admin's open draft; null before the first edit. */
export function useDraft(): ChangeSet | null {
  return useSuspenseQuery(draftQuery).data;
}

/** Whether edits are on their way to the server. */
export function useIsSaving(): boolean {
  return useIsMutating({ mutationKey: MUTATION }) > 0;
}

function stateOf(changed: ChangedDocument | undefined, published: boolean): DraftState {
  if (!changed) return 'published';
  if (changed.body === null) return 'deleted';
  return published ? 'changed' : 'added';
}

/** All documents, or those of a kind, with what the draft adds, changes and deletes. */
export function useDocuments(kind?: string): DraftSummary[] {
  const locale = useLocale();
  const published = useSuspenseQuery(documentsQuery(locale)).data;
  const draft = useDraft();
  return useMemo(() => mergeSummaries(published, draft, locale).filter((item) => !kind || item.kind === kind), [published, draft, locale, kind]);
}

export function mergeSummaries(
  published: readonly Omit<DraftSummary, 'state'>[], draft: ChangeSet | null, locale: string,
): DraftSummary[] {
  const changed = new Map((draft?.documents ?? []).map((document) => [`${document.kind}/${document.name}`, document]));
  const merged = published.map((item): DraftSummary => {
    const change = changed.get(`${item.kind}/${item.name}`);
    changed.delete(`${item.kind}/${item.name}`);
    return { ...item, label: labelIn(change?.body?.label, locale, item.label), state: stateOf(change, true) };
  });
  for (const { kind, name, body } of changed.values()) {
    if (body) merged.push({ kind, name, label: labelIn(body.label, locale, name), state: 'added', package: null, core: false });
  }
  return merged;
}

/** One document with the draft over it; null when there is none of that name. */
export function useDocument<K extends Kind>(kind: K, name: string): Draft<ByKind[K]> | null {
  return useDocumentBodies(kind, [name])[0] ?? null;
}

/** Several documents of a kind, those that exist, in the order asked for. */
export function useDocumentBodies<K extends Kind>(kind: K, names: readonly string[]): Draft<ByKind[K]>[] {
  const published = new Set(useDocuments(kind).filter((item) => item.state !== 'added').map((item) => item.name));
  const draft = useDraft();
  const wanted = names.filter((name) => published.has(name));
  const stored = useSuspenseQueries({ queries: wanted.map((name) => documentQuery(kind, name)), combine: bodies });
  const key = names.join(',');
  return useMemo(
    () => key.split(',').flatMap((name) => {
      const base = stored.find((document) => document.name === name);
      const merged = mergeDocument<ByKind[K]>(base, draft?.documents.find((one) => one.kind === kind && one.name === name));
      return merged ? [merged] : [];
    }),
    [key, stored, draft, kind],
  );
}

/** Begins to read documents that the page will ask for one after the other. */
export function usePrefetchDocuments(keys: readonly DocumentKey[]): void {
  const client = useQueryClient();
  for (const { kind, name } of keys) {
    const query = documentQuery(kind, name);
    if (!client.getQueryState(query.queryKey)) void client.prefetchQuery(query);
  }
}

function bodies(results: { data: StoredDocument }[]): StoredDocument[] {
  return results.map((result) => result.data);
}

function mergeDocument<D>(stored: StoredDocument | undefined, changed: ChangedDocument | undefined): Draft<D> | null {
  const body = changed ? (changed.body ?? changed.base_body) : stored?.body;
  if (!body) return null;
  return {
    body: body as unknown as D,
    state: stateOf(changed, stored !== undefined),
    package: stored?.package ?? null,
    core: stored?.core ?? false,
  };
}

/** The documents of a draft after an edit: what the pages show before the server has answered. */
export function applyEdit(documents: readonly ChangedDocument[], edit: Edit, baseOf: (key: DocumentKey) => AnyDocument | null): ChangedDocument[] {
  const result = new Map(documents.map((document) => [`${document.kind}/${document.name}`, document]));
  const base = (key: DocumentKey) => result.get(`${key.kind}/${key.name}`)?.base_body ?? baseOf(key);
  for (const body of edit.put ?? []) {
    result.set(`${body.kind}/${body.name}`, { kind: body.kind, name: body.name, body, base_body: base(body) });
  }
  for (const { kind, name } of edit.remove ?? []) result.set(`${kind}/${name}`, { kind, name, body: null, base_body: base({ kind, name }) });
  for (const { kind, name } of edit.withdraw ?? []) result.delete(`${kind}/${name}`);
  return [...result.values()];
}

/** Turns edits that undo themselves into withdrawals, so that the draft holds only what differs. */
export function settleEdit(edit: Edit, baseOf: (key: DocumentKey) => AnyDocument | null): Edit {
  const withdraw = [...(edit.withdraw ?? [])];
  const put = (edit.put ?? []).filter((body) => {
    const same = sameJson(body, baseOf(body));
    if (same) withdraw.push({ kind: body.kind, name: body.name });
    return !same;
  });
  const remove = (edit.remove ?? []).filter((key) => {
    const unknown = baseOf(key) === null;
    if (unknown) withdraw.push({ kind: key.kind, name: key.name });
    return !unknown;
  });
  return { put, remove, withdraw };
}

function publishedBody(client: QueryClient, key: DocumentKey): AnyDocument | null {
  const draft = client.getQueryData(draftQuery.queryKey);
  const changed = draft?.documents.find((document) => document.kind === key.kind && document.name === key.name);
  if (changed) return changed.base_body;
  const body = client.getQueryData(documentQuery(key.kind, key.name).queryKey)?.body;
  if (body) return body;
  // Published but not read yet: its name alone tells that there is something to delete or to replace.
  const lists = client.getQueriesData<DocumentSummary[]>({ queryKey: [...META, 'documents'] });
  const known = lists.some(([, list]) => list?.some((item) => item.kind === key.kind && item.name === key.name));
  return known ? { kind: key.kind, name: key.name } : null;
}

/** Saves edits into the open draft, one after the other, and shows them at once. */
export function useEdit(): (edit: Edit) => void {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { mutate } = useMutation({
    mutationKey: MUTATION,
    scope: { id: 'draft' },
    mutationFn: (edit: Edit) => send(client, edit),
    onError: (error) => {
      void message.error(errorText(error));
      void client.invalidateQueries({ queryKey: draftQuery.queryKey });
    },
    onSettled: async () => {
      if (client.isMutating({ mutationKey: MUTATION }) <= 1) await client.invalidateQueries({ queryKey: draftQuery.queryKey });
    },
  });
  return useCallback(
    (edit: Edit) => {
      const settled = settleEdit(edit, (key) => publishedBody(client, key));
      void client.cancelQueries({ queryKey: draftQuery.queryKey });
      client.setQueryData(draftQuery.queryKey, (old) => ({
        ...(old ?? NEW_DRAFT),
        documents: applyEdit(old?.documents ?? [], settled, (key) => publishedBody(client, key)),
      }));
      mutate(settled);
    },
    [client, mutate],
  );
}

const NEW_DRAFT: ChangeSet = {
  id: '', state: 'draft', title: '', base_revision: 0, revision: null, created_at: '', created_by: null, documents: [],
};

async function send(client: QueryClient, { put = [], remove = [], withdraw = [] }: Edit): Promise<void> {
  const id = client.getQueryData(draftQuery.queryKey)?.id ?? '';
  if (id === '') {
    if (put.length === 0 && remove.length === 0) return;
    const created = await http.post<ChangeSet>('/meta/changes', { documents: put, deletes: remove });
    client.setQueryData(draftQuery.queryKey, (old) => (old ? { ...created, documents: old.documents } : created));
    return;
  }
  const path = `/meta/changes/${id}`;
  for (const body of put) await http.put(`${path}/documents/${body.kind}/${body.name}`, body);
  for (const key of remove) await http.post(`${path}/deletes`, { kind: key.kind, name: key.name });
  for (const { kind, name } of withdraw) await http.delete(`${path}/documents/${kind}/${name}`);
}
