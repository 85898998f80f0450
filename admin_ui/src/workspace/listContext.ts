/** Order of the list that the user came from: previous and next on the record page follow it. */
let context: { object: string; ids: string[] } | null = null;

export function setListContext(object: string, ids: string[]): void {
  context = { object, ids };
}

export interface Neighbours {
  position: number;
  total: number;
  previous: string | undefined;
  next: string | undefined;
}

/** Neighbours of a record in the list that it was opened from; undefined when it was not. */
export function neighbours(object: string, id: string): Neighbours | undefined {
  if (context?.object !== object) return undefined;
  const at = context.ids.indexOf(id);
  if (at === -1) return undefined;
  return { position: at + 1, total: context.ids.length, previous: context.ids[at - 1], next: context.ids[at + 1] };
}
