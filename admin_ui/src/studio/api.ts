import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { http } from '@/api/http';
import type { ProblemFault } from '@/api/problem';
import type { AnyDocument, DocumentKey } from './documents';

export interface DocumentSummary {
  kind: string;
  name: string;
  label: string;
  package: string | null;
  revision: number;
  core: boolean;
}

export interface StoredDocument {
  kind: string;
  name: string;
  package: string | null;
  revision: number;
  core: boolean;
  body: AnyDocument;
}

export interface ChangedDocument {
  kind: string;
  name: string;
  /** Null deletes the document. */
  body: AnyDocument | null;
  /** What it was when it was first edited; null for a new one. */
  base_body: AnyDocument | null;
}

export interface ChangeSet {
  id: string;
  state: 'draft' | 'published' | 'discarded';
  title: string;
  base_revision: number;
  revision: number | null;
  created_at: string;
  created_by: string | null;
  documents: ChangedDocument[];
}

export interface Loss {
  object: string;
  field: string | null;
  rows: number;
  message: string;
}

export interface CheckResult {
  faults: ProblemFault[];
  /** Null while there are faults. */
  plan: { steps: { text: string; sql: string[] }[]; warnings: string[] } | null;
  losses: Loss[];
}

export interface Revision {
  number: number;
  at: string;
  by: { id: string; name: string | null } | null;
  comment: string | null;
  package: string | null;
  documents: DocumentKey[];
}

export interface OptionSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: (string | number)[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  properties?: Record<string, OptionSchema>;
  required?: string[];
  $ref?: string;
}

export interface FieldTypeDescription {
  name: string;
  label: string;
  help: string;
  /** JSON Schema of the options that only this type has. */
  options: OptionSchema;
  operators: string[];
  widget: string;
  sortable: boolean;
  unique: boolean;
  searchable: boolean;
}

export interface Schemas {
  kinds: Record<string, unknown>;
  common: unknown;
  field_types: FieldTypeDescription[];
}

/** Everything below this key is read again after a publish. */
export const META = ['meta'] as const;

export const documentsQuery = (locale: string) =>
  queryOptions({
    queryKey: [...META, 'documents', locale],
    queryFn: async () => (await http.get<{ data: DocumentSummary[] }>('/meta/documents')).data,
    staleTime: 60_000,
  });

export const documentQuery = (kind: string, name: string) =>
  queryOptions({
    queryKey: [...META, 'document', kind, name],
    queryFn: () => http.get<StoredDocument>(`/meta/documents/${kind}/${name}`),
    staleTime: 60_000,
  });

export const draftQuery = queryOptions({
  queryKey: ['draft'],
  queryFn: async (): Promise<ChangeSet | null> => {
    const found = await http.get<{ data: ChangeSet[] }>('/meta/changes', { query: { state: 'draft', mine: true } });
    return found.data[0] ?? null;
  },
  staleTime: 30_000,
});

export const changesQuery = queryOptions({
  queryKey: [...META, 'changes'],
  queryFn: async () => (await http.get<{ data: ChangeSet[] }>('/meta/changes')).data,
});

export const revisionsQuery = queryOptions({
  queryKey: [...META, 'revisions'],
  queryFn: async () => (await http.get<{ data: Revision[] }>('/meta/revisions')).data,
});

export const schemasQuery = (locale: string) =>
  queryOptions({
    queryKey: ['schemas', locale],
    queryFn: () => http.get<Schemas>('/meta/schemas'),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useFieldTypes(locale: string): FieldTypeDescription[] {
  return useSuspenseQuery(schemasQuery(locale)).data.field_types;
}
