import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import {
  createErrorHandler, getDefaultFormState, ROOT_SCHEMA_PREFIX, toErrorList, toErrorSchema, unwrapErrorHandler, validationDataMerge,
  type CustomValidator, type ErrorTransformer, type RJSFSchema, type RJSFValidationError, type UiSchema, type ValidationData,
  type ValidatorType,
} from '@rjsf/utils';
import i18n from 'i18next';

const cache = new WeakMap<object, WeakMap<object, Validator>>();
const NO_ROOT = {};

/** Schemas are objects that live as long as their form: one compiled validator each. */
function compiled(schema: RJSFSchema, root?: RJSFSchema): Validator {
  const byRoot = cache.get(schema) ?? new WeakMap<object, Validator>();
  cache.set(schema, byRoot);
  let validator = byRoot.get(root ?? NO_ROOT);
  if (!validator) {
    validator = new Validator(schema as Schema, '2020-12', false);
    // rjsf writes references into the root as "__rjsf_rootSchema#/...".
    if (root) validator.addSchema({ ...root, $id: ROOT_SCHEMA_PREFIX } as Schema);
    byRoot.set(root ?? NO_ROOT, validator);
  }
  return validator;
}

/** A value as JSON has it: keys that are undefined do not exist. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** "#/fields/0/name" -> ".fields.0.name", rjsf's form of a path. */
function property(unit: OutputUnit): string {
  const path = unit.instanceLocation.replace(/^#/, '').split('/').slice(1);
  const names = path.map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  const missing = unit.keyword === 'required' ? /"([^"]+)"/.exec(unit.error)?.[1] : undefined;
  return [...names, ...(missing === undefined ? [] : [missing])].map((name) => `.${name}`).join('');
}

const CONTAINERS = new Set(['properties', 'items', 'prefixItems', '$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas']);

function message(unit: OutputUnit): string {
  const key = `workspace:schema.${unit.keyword}`;
  return i18n.exists(key) ? i18n.t(key) : i18n.t('workspace:schema.invalid');
}

function errorsOf(units: OutputUnit[]): RJSFValidationError[] {
  // A container's error only says that something in it is wrong; that something is in the list too.
  const leaves = units.filter((unit) => !CONTAINERS.has(unit.keyword));
  const chosen = leaves.length > 0 ? leaves : units.slice(-1);
  return chosen.map((unit) => {
    const text = message(unit);
    const path = property(unit);
    return { name: unit.keyword, property: path, message: text, params: {}, stack: `${path} ${text}`.trim(), schemaPath: unit.keywordLocation };
  });
}

/**
 * rjsf's validator without code generation: the usual one (ajv) calls `new Function`, which the
 * Content-Security-Policy forbids. This one interprets the schema (draft 2020-12).
 */
class InterpretingValidator<T = unknown> implements ValidatorType<T, RJSFSchema, object> {
  rawValidation<Result = RJSFValidationError>(schema: RJSFSchema, formData?: T): { errors?: Result[]; validationError?: Error } {
    try {
      const { valid, errors } = compiled(schema).validate(plain(formData));
      return valid ? {} : { errors: errorsOf(errors) as Result[] };
    } catch (error) {
      return { validationError: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  validateFormData(
    formData: T | undefined,
    schema: RJSFSchema,
    customValidate?: CustomValidator<T, RJSFSchema, object>,
    transformErrors?: ErrorTransformer<T, RJSFSchema, object>,
    uiSchema?: UiSchema<T, RJSFSchema, object>,
  ): ValidationData<T> {
    const raw = this.rawValidation(schema, formData);
    if (raw.validationError) throw raw.validationError;
    const found = raw.errors ?? [];
    const errors = transformErrors ? transformErrors(found, uiSchema) : found;
    const result: ValidationData<T> = { errors, errorSchema: toErrorSchema<T>(errors) };
    if (typeof customValidate !== 'function') return result;
    const state = getDefaultFormState<T, RJSFSchema, object>(this, schema, formData, schema, true) as T;
    const own = unwrapErrorHandler<T>(customValidate(state, createErrorHandler<T>(state), uiSchema));
    const merged = validationDataMerge<T>(result, own);
    return { errorSchema: merged.errorSchema, errors: merged.errors.length > 0 ? merged.errors : toErrorList<T>(merged.errorSchema) };
  }

  isValid(schema: RJSFSchema, formData: T | undefined, rootSchema: RJSFSchema): boolean {
    try {
      return compiled(schema, rootSchema).validate(plain(formData)).valid;
    } catch {
      // rjsf's contract: an invalid schema matches nothing.
      return false;
    }
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- rjsf's forms are generic over any data
export const validator: ValidatorType<any, RJSFSchema, any> = new InterpretingValidator<any>();
