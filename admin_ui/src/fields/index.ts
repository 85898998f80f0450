export { Chip, FieldDisplay } from './FieldDisplay';
export { FieldInput, type FieldInputProps } from './FieldInput';
export {
  formatDateTime, formatMoney, formatValue, idOf, isEmpty, isLinked, isMoney, isNumeric, sameValue, toColumn, toWrite, Unreadable,
} from './format';
export { LookupInput } from './LookupInput';
export { validate, validateAll } from './validate';
