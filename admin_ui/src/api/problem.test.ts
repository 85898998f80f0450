import { describe, expect, it } from 'vitest';
import { errorText, fieldFaults, isProblem, pointerParts, ProblemError } from './problem';

const problem = new ProblemError({
  type: 'urn:tangram:problem:invalid', title: 'Invalid', status: 422, detail: 'Two values do not fit.',
  errors: [
    { pointer: '/name', code: 'required', message: 'Needed.' },
    { pointer: '/amount/currency', code: 'currency', message: 'No such currency.' },
    { pointer: '', code: 'whole', message: 'Something else.' },
  ],
});

describe('a problem', () => {
  it('is told by the last part of its type', () => {
    expect(isProblem(problem, 'invalid')).toBe(true);
    expect(isProblem(problem, 'stale')).toBe(false);
    expect(isProblem(new Error('x'))).toBe(false);
  });

  it('gives each form field its faults, also those inside of its value, and the rest to the form', () => {
    expect(fieldFaults(problem, ['name', 'amount'])).toEqual({
      fields: { name: ['Needed.'], amount: ['No such currency.'] },
      general: ['Something else.'],
    });
  });

  it('names a field that the form does not have', () => {
    expect(fieldFaults(problem, ['amount']).general).toEqual(['name: Needed.', 'Something else.']);
  });

  it('reads pointers below the place where the form stands in the body', () => {
    const inBatch = new ProblemError({ ...problem.problem, errors: [{ pointer: '/operations/0/data/name', code: 'x', message: 'No.' }] });
    expect(fieldFaults(inBatch, ['name'], '/operations/0/data').fields).toEqual({ name: ['No.'] });
  });

  it('with one fault reads as that fault', () => {
    expect(errorText(new ProblemError({ ...problem.problem, errors: problem.errors.slice(0, 1) }))).toBe('Needed.');
    expect(errorText(problem)).toBe('Two values do not fit.');
  });
});

describe('a JSON pointer', () => {
  it('is taken apart with its escapes', () => {
    expect(pointerParts('/a/0/b~1c~0d')).toEqual(['a', '0', 'b/c~d']);
    expect(pointerParts('')).toEqual([]);
  });
});
