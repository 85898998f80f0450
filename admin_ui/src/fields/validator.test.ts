import { describe, expect, it } from 'vitest';
import type { RJSFSchema } from '@rjsf/utils';
import { validator } from './validator';

const schema: RJSFSchema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', pattern: '^[a-z]+$' }, items: { type: 'array', items: { type: 'integer' } } },
};

describe('validator', () => {
  it('accepts what fits', () => {
    expect(validator.validateFormData({ name: 'abc', items: [1] }, schema).errors).toEqual([]);
  });

  it('points at each fault', () => {
    const { errors, errorSchema } = validator.validateFormData({ name: 'ABC', items: [1, 'x'] }, schema);
    expect(errors.map((error) => error.property).sort()).toEqual(['.items.1', '.name']);
    expect(errorSchema).toMatchObject({ name: { __errors: [expect.any(String)] } });
  });

  it('puts a missing property at the property', () => {
    expect(validator.validateFormData({}, schema).errors[0]?.property).toBe('.name');
  });

  it('treats undefined as missing, as JSON does', () => {
    expect(validator.isValid(schema, { name: undefined }, schema)).toBe(false);
  });
});
