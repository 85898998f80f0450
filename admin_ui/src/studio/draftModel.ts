import { useMemo } from 'react';
import { indexModel, useModel, type Model } from '@/api/model';
import type { FieldDescription, ObjectDescription, PicklistValue } from '@/api/types';
import { useFieldTypes, type ChangeSet, type FieldTypeDescription } from './api';
import { labelIn, type ExtensionDocument, type FieldDocument, type ObjectDocument, type PicklistDocument, type PicklistValueDocument } from './documents';
import { useDraft, useLocale } from './draft';

type Types = ReadonlyMap<string, FieldTypeDescription>;

/** The model as it will be after publishing: the published one with the draft's objects, fields and picklists. */
export function useDraftModel(): Model {
  const model = useModel();
  const draft = useDraft();
  const locale = useLocale();
  const types = useFieldTypes(locale);
  return useMemo(() => draftModel(model, draft, types, locale), [model, draft, types, locale]);
}

export function draftModel(model: Model, draft: ChangeSet | null, types: readonly FieldTypeDescription[], locale: string): Model {
  if (!draft || draft.documents.length === 0) return model;
  const byType: Types = new Map(types.map((type) => [type.name, type]));
  const objects = new Map<string, ObjectDescription>(model.objects.map((object) => [object.name, object]));
  const system = model.objects[0]?.fields.filter((field) => field.system) ?? [];
  const picklists = new Map<string, PicklistValueDocument[]>();
  for (const { kind, name, body } of draft.documents) {
    if (kind === 'picklist' && body) picklists.set(name, (body as PicklistDocument).values);
  }
  const describe = (field: FieldDocument, old?: FieldDescription) => describeField(field, byType, picklists, locale, old);

  for (const { kind, name, body, base_body } of draft.documents) {
    if (kind === 'object' && body) {
      const document = body as ObjectDocument;
      const old = objects.get(name);
      const own = document.fields.map((field) => describe(field, old?.fields.find((one) => one.name === field.name)));
      const names = new Set(own.map((field) => field.name));
      const base = new Set(((base_body as ObjectDocument | null)?.fields ?? []).map((field) => field.name));
      const extended = (old?.fields ?? []).filter((field) => !field.system && !names.has(field.name) && !base.has(field.name));
      objects.set(name, { ...(old ?? emptyObject(name)), ...describeObject(document, locale), fields: [...system, ...own, ...extended] });
    } else if (kind === 'object') objects.delete(name);
    else if (kind === 'extension') {
      const document = (body ?? base_body) as ExtensionDocument;
      const old = objects.get(document.object);
      if (!old) continue;
      const gone = new Set(((base_body as ExtensionDocument | null)?.fields ?? []).map((field) => field.name));
      const added = body ? document.fields.map((field) => describe(field, old.fields.find((one) => one.name === field.name))) : [];
      const names = new Set(added.map((field) => field.name));
      const kept = old.fields.filter((field) => !gone.has(field.name) && !names.has(field.name));
      objects.set(old.name, { ...old, fields: [...kept, ...added] });
    }
  }
  return indexModel({ ...model, objects: [...objects.values()] });
}

function emptyObject(name: string): ObjectDescription {
  return {
    name, label: name, label_plural: name, name_field: 'name', features: {}, core: false, package: null,
    actions: [], fields: [], related: [], layouts: [], views: [],
  };
}

function describeObject(document: ObjectDocument, locale: string): Partial<ObjectDescription> {
  return {
    label: labelIn(document.label, locale, document.name),
    label_plural: labelIn(document.label_plural ?? document.label, locale, document.name),
    icon: document.icon ?? null,
    color: document.color ?? null,
    name_field: document.name_field,
    features: document.features ?? {},
  };
}

function describeField(
  field: FieldDocument, types: Types, picklists: ReadonlyMap<string, PicklistValueDocument[]>, locale: string, old?: FieldDescription,
): FieldDescription {
  const type = types.get(field.type);
  const documents = field.values ?? (field.picklist ? picklists.get(field.picklist) : undefined);
  const values: PicklistValue[] | undefined = documents?.map((item) => ({ ...item, label: labelIn(item.label, locale, item.value) }));
  return {
    ...old,
    name: field.name,
    type: field.type,
    widget: type?.widget ?? 'text',
    label: labelIn(field.label, locale, field.name),
    help: labelIn(field.help, locale) || null,
    required: field.required ?? false,
    unique: field.unique ?? false,
    read_only: field.read_only ?? field.type === 'autonumber',
    system: false,
    searchable: field.searchable ?? false,
    sortable: type?.sortable ?? true,
    operators: type?.operators ?? [],
    target: field.type === 'user' ? 'user' : (field.object ?? null),
    values: values ?? old?.values ?? null,
    currency: typeof field.currency === 'string' ? field.currency : null,
  };
}
