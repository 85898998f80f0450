import { queryOptions, useSuspenseQuery, type QueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { http, onRevision } from './http';
import type { AppDescription, Description, FieldDescription, ObjectDescription } from './types';

/** The Description with indexes by name. */
export interface Model extends Description {
  byName: ReadonlyMap<string, ObjectModel>;
}

export interface ObjectModel extends ObjectDescription {
  /** Fields by name. */
  field: ReadonlyMap<string, FieldDescription>;
}

export function indexModel(description: Description): Model {
  const objects = description.objects.map((object) => ({
    ...object,
    field: new Map(object.fields.map((field) => [field.name, field])),
  }));
  return { ...description, objects, byName: new Map(objects.map((object) => [object.name, object])) };
}

export const modelQuery = (locale: string) =>
  queryOptions({
    queryKey: ['model', locale],
    queryFn: async () => indexModel(await http.get<Description>('/meta/model', { headers: { 'Accept-Language': locale } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });

/** The tenant's model in the chosen language. Below the shell it is always loaded. */
export function useModel(): Model {
  const { i18n } = useTranslation();
  return useSuspenseQuery(modelQuery(i18n.resolvedLanguage ?? 'en')).data;
}

/** An object of the model, or undefined when it does not exist or may not be read. */
export function useObject(name: string): ObjectModel | undefined {
  return useModel().byName.get(name);
}

/** Refetches the model as soon as any answer carries a newer revision. Returns the function that ends it. */
export function followRevisions(client: QueryClient): () => void {
  return onRevision((revision) => {
    const stale = client
      .getQueriesData<Model>({ queryKey: ['model'] })
      .some(([, model]) => model !== undefined && model.revision < revision);
    if (stale && client.isFetching({ queryKey: ['model'] }) === 0) {
      void client.invalidateQueries({ queryKey: ['model'] });
    }
  });
}

export interface ResolvedField {
  field: FieldDescription;
  /** Object that the last field of the path belongs to. */
  object: ObjectModel;
  /** "Account / Sector" for a path, the label for a plain field. */
  label: string;
}

/** Follows a path such as `account.sector` over lookups; undefined when a step does not exist. */
export function resolvePath(model: Model, object: ObjectModel, path: string): ResolvedField | undefined {
  const labels: string[] = [];
  let current: ObjectModel | undefined = object;
  let found: ResolvedField | undefined;
  for (const name of path.split('.')) {
    const field: FieldDescription | undefined = current?.field.get(name);
    if (!current || !field) return undefined;
    labels.push(field.label);
    found = { field, object: current, label: labels.join(' / ') };
    current = field.target ? model.byName.get(field.target) : undefined;
  }
  return found;
}

/** Value of a path in a record that was asked for with `fields` and `expand`. */
export function valueAt(record: Record<string, unknown>, path: string): unknown {
  let value: unknown = record;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? null;
}

/** Objects of an app that the user may read, groups flattened. */
export function appObjects(model: Model, app: AppDescription): string[] {
  return app.items
    .flatMap((item) => ('group' in item ? item.items : [item]))
    .map((item) => item.object)
    .filter((name) => model.byName.has(name));
}
