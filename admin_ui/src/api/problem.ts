/** RFC 9457 problem details, as the server writes them. */
export interface ProblemFault {
  pointer: string;
  code: string;
  message: string;
  document?: { kind: string; name: string };
  parameters?: Record<string, unknown>;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string | null;
  errors?: ProblemFault[];
  request_id?: string | null;
}

const PREFIX = 'urn:tangram:problem:';

/** Thrown for every answer that is not 2xx, and for a server that cannot be reached (status 0). */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  /** `invalid`, `stale`, `conflict`, ...: the last part of the problem's type. */
  get slug(): string {
    return this.problem.type.startsWith(PREFIX) ? this.problem.type.slice(PREFIX.length) : '';
  }

  get errors(): ProblemFault[] {
    return this.problem.errors ?? [];
  }
}

export function isProblem(error: unknown, ...slugs: string[]): error is ProblemError {
  return error instanceof ProblemError && (slugs.length === 0 || slugs.includes(error.slug));
}

/** RFC 6901: `/a/0/b~1c` -> ['a', '0', 'b/c']. */
export function pointerParts(pointer: string): string[] {
  if (pointer === '' || pointer === '/') return [];
  return pointer
    .replace(/^#?\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export interface FieldFaults {
  /** Messages by field name. */
  fields: Record<string, string[]>;
  /** Messages that belong to no field of the form. */
  general: string[];
}

/**
 * Sorts the faults of a problem into those of form fields and the rest.
 * `prefix` is the part of the pointer before the field, e.g. `/operations/0/data`.
 */
export function fieldFaults(error: unknown, fields: readonly string[], prefix = ''): FieldFaults {
  const result: FieldFaults = { fields: {}, general: [] };
  if (!(error instanceof ProblemError)) {
    result.general.push(error instanceof Error ? error.message : String(error));
    return result;
  }
  for (const fault of error.errors) {
    const pointer = prefix !== '' && fault.pointer.startsWith(prefix) ? fault.pointer.slice(prefix.length) : fault.pointer;
    const name = pointerParts(pointer)[0];
    if (name !== undefined && fields.includes(name)) (result.fields[name] ??= []).push(fault.message);
    else result.general.push(name === undefined ? fault.message : `${name}: ${fault.message}`);
  }
  if (error.errors.length === 0) result.general.push(error.message);
  return result;
}

/** One readable text for a toast. */
export function errorText(error: unknown): string {
  if (error instanceof ProblemError) {
    const first = error.errors[0];
    if (error.errors.length === 1 && first) return first.message;
    return error.message;
  }
  return error instanceof Error ? error.message : String(error);
}
