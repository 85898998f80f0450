import i18n from 'i18next';
import { ProblemError, type Problem } from '@/api/problem';
import type { Import } from './api';

export const LARGEST_MB = 300;

export interface Upload {
  done: Promise<Import>;
  cancel: () => void;
}

/** Sends a file, telling how far it has come (0 to 1). XMLHttpRequest, because `fetch` does not tell. */
export function upload(object: string, file: File, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Import>((resolve, reject) => {
    request.open('POST', `/api/${object}/import?file_name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('Accept-Language', i18n.resolvedLanguage ?? 'en');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); });
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Import);
      else reject(new ProblemError(problemOf(request)));
    });
    request.addEventListener('error', () => { reject(new ProblemError({ type: 'about:blank', title: i18n.t('shell:errors.offline'), status: 0 })); });
    request.addEventListener('abort', () => { reject(new DOMException('', 'AbortError')); });
    request.send(file);
  });
  return { done, cancel: () => { request.abort(); } };
}

function problemOf(request: XMLHttpRequest): Problem {
  const title = i18n.t('shell:errors.status', { status: request.status });
  if (!request.getResponseHeader('content-type')?.includes('json')) return { type: 'about:blank', title, status: request.status };
  const body = JSON.parse(request.responseText) as Partial<Problem>;
  return { ...body, type: body.type ?? 'about:blank', title: body.title ?? title, status: body.status ?? request.status };
}
