import type { SectionDocument } from '../documents';

/** The sections after a field was put into one of them, before the field at `index` (at the end if beyond). */
export function placeField(sections: readonly SectionDocument[], field: string, section: string, index: number): SectionDocument[] {
  return sections.map((one) => {
    const fields = one.fields.filter((name) => name !== field);
    if (one.name === section) fields.splice(Math.min(index, fields.length), 0, field);
    return { ...one, fields };
  });
}

/** The sections without a field: it goes back to the palette. */
export function takeField(sections: readonly SectionDocument[], field: string): SectionDocument[] {
  return sections.map((one) => ({ ...one, fields: one.fields.filter((name) => name !== field) }));
}

export function sectionOf(sections: readonly SectionDocument[], field: string): string | undefined {
  return sections.find((section) => section.fields.includes(field))?.name;
}
