import i18n from 'i18next';
import { ProblemError, type Problem } from './problem';

type QueryValue = string | number | boolean | null | undefined | readonly (string | number)[];

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  /** Sent as JSON unless it is a Blob (sent as it is). */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type RevisionListener = (revision: number) => void;
type SignedOutListener = () => void;
const revisionListeners = new Set<RevisionListener>();
const signedOutListeners = new Set<SignedOutListener>();

/** Called with the metadata revision of every answer. Returns the function that ends it. */
export function onRevision(listener: RevisionListener): () => void {
  revisionListeners.add(listener);
  return () => revisionListeners.delete(listener);
}

/** Called when the server says that the session has ended. */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  if (response.headers.get('content-type')?.includes('json')) {
    try {
      const body = JSON.parse(text) as Partial<Problem>;
      return {
        ...body,
        type: body.type ?? 'about:blank',
        title: body.title ?? response.statusText,
        status: body.status ?? response.status,
      };
    } catch {
      // Falls through: a proxy may cut an answer; the status still tells what happened.
    }
  }
  return {
    type: 'about:blank',
    title: i18n.t('shell:errors.status', { status: response.status }),
    status: response.status,
    request_id: response.headers.get('x-request-id'),
  };
}

/**
 * `fetch` with the chosen language, the session cookie, the revision signal, and every failure as ProblemError.
 * openapi-fetch and the functions below both use it.
 */
export async function tangramFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, { credentials: 'same-origin', ...init });
  if (!request.headers.has('Accept-Language')) request.headers.set('Accept-Language', i18n.resolvedLanguage ?? i18n.language);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError({ type: 'about:blank', title: i18n.t('shell:errors.offline'), status: 0 });
  }
  const revision = Number(response.headers.get('Tangram-Revision') ?? Number.NaN);
  if (Number.isFinite(revision)) revisionListeners.forEach((listener) => { listener(revision); });
  if (response.ok || response.status === 304) return response;
  const problem = await readProblem(response);
  if (response.status === 401) signedOutListeners.forEach((listener) => { listener(); });
  throw new ProblemError(problem);
}

export function queryString(query: Record<string, QueryValue> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    parameters.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** The raw answer of a request. Throws ProblemError. */
export async function send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  const init: RequestInit = { method, headers, signal: options.signal ?? null };
  if (options.body instanceof Blob) init.body = options.body;
  else if (options.body !== undefined) {
    headers['Content-Type'] ??= 'application/json';
    init.body = JSON.stringify(options.body);
  }
  return tangramFetch(new URL(path + queryString(options.query), window.location.origin), init);
}

async function json<T>(method: string, path: string, options?: RequestOptions): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** JSON requests; every one throws ProblemError for an answer that is not 2xx. */
export const http = {
  get: <T>(path: string, options?: RequestOptions) => json<T>('GET', path, options),
  post: <T>(path: string, body?: unknown, options?: RequestOptions) => json<T>('POST', path, { ...options, body }),
  put: <T>(path: string, body?: unknown, options?: RequestOptions) => json<T>('PUT', path, { ...options, body }),
  patch: <T>(path: string, body?: unknown, options?: RequestOptions) => json<T>('PATCH', path, { ...options, body }),
  delete: <T = void>(path: string, options?: RequestOptions) => json<T>('DELETE', path, options),
};
