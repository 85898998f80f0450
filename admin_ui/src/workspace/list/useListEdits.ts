import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText, fieldFaults, isProblem } from '@/api/problem';
import { etagOf, updateRecord } from '@/api/records';
import type { DataRecord } from '@/api/types';
import { isLinked, toWrite } from '@/fields';
import type { ListColumn } from './listModel';

/**
 * Saves one cell. The record's version goes along, so that a colleague's change is never overwritten unseen.
 * The function resolves to what is wrong with the value, or undefined when the cell is done.
 */
export function useCellSave(object: ObjectModel, patch: (id: string, change: Partial<DataRecord>) => void, reload: () => void) {
  const { message } = App.useApp();
  const { t } = useTranslation('workspace');
  const client = useQueryClient();
  return useCallback(
    async (record: DataRecord, column: ListColumn, value: unknown): Promise<string | undefined> => {
      const { field } = column;
      try {
        const saved = await updateRecord(object.name, record.id, { [field.name]: toWrite(field, value) }, etagOf(record));
        // The answer has ids where the list has names.
        const shown = isLinked(value) ? value : saved.record[field.name];
        patch(record.id, { [field.name]: shown, version: saved.record.version });
        void client.invalidateQueries({ queryKey: ['record', object.name, record.id] });
        return undefined;
      } catch (error) {
        if (isProblem(error, 'stale')) {
          void message.warning(t('conflict.cell'));
          reload();
          return undefined;
        }
        const faults = fieldFaults(error, [field.name]);
        const own = faults.fields[field.name]?.[0];
        if (own !== undefined) return own;
        void message.error(errorText(error));
        return errorText(error);
      }
    },
    [client, message, object.name, patch, reload, t],
  );
}
