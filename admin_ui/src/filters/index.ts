export { FilterBuilder } from './FilterBuilder';
export { FilterChips } from './FilterChips';
export { RecordSelect } from './RecordSelect';
export { filterFields } from './fields';
export { describe, chips } from './summary';
export { isGroup, ruleCount, sameFilter, tidy } from './tidy';
export { useRecordNames } from './useRecordNames';
