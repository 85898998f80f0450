import { DeleteOutlined, DownloadOutlined, EllipsisOutlined, FileExcelOutlined, FileTextOutlined, PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { App, Button, Dropdown, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { download, exportRecords, type RecordQuery } from '@/api/records';
import { ObjectIcon } from '@/app/icons';
import { useMobile } from '@/app/useMobile';
import styles from './list.module.css';
import type { ListState } from './useList';

interface ListHeadProps {
  object: ObjectModel;
  list: ListState;
  count: number | undefined;
  query: RecordQuery;
  onCreate: (() => void) | undefined;
}

type Format = 'csv' | 'xlsx';

/** Exports what the list shows: its columns, filter, search and order. */
function useExport({ object, list, query }: ListHeadProps) {
  const { message } = App.useApp();
  const { t } = useTranslation('workspace');
  const [busy, setBusy] = useState(false);
  const run = async (format: Format) => {
    setBusy(true);
    const note = message.loading(t('list.exporting'), 0);
    try {
      const { filter, sort, q } = query;
      const blob = await exportRecords(object.name, format, {
        columns: list.columns.map((column) => column.path),
        ...(filter ? { filter } : {}),
        ...(sort ? { sort } : {}),
        ...(q === undefined ? {} : { q }),
      });
      download(blob, `${object.name}-${new Date().toISOString().slice(0, 10)}.${format}`);
    } catch (error) {
      void message.error(errorText(error));
    } finally {
      note();
      setBusy(false);
    }
  };
  return { run, busy };
}

/** Title of the list with its count, and what can be done with the whole of it. */
export function ListHead(props: ListHeadProps) {
  const { object, count, onCreate } = props;
  const { t, i18n } = useTranslation('workspace');
  const navigate = useNavigate();
  const mobile = useMobile();
  const { run, busy } = useExport(props);
  const mayExport = object.actions.includes('export');
  const mayImport = object.features.import !== false && object.actions.includes('import');
  const go = (to: '/o/$object/bin' | '/o/$object/import') => void navigate({ to, params: { object: object.name } });
  const items = [
    ...(mayImport ? [{ key: 'import', icon: <UploadOutlined />, label: t('list.import'), 'data-testid': 'import', onClick: () => { go('/o/$object/import'); } }] : []),
    ...(mayExport
      ? [
          { key: 'csv', icon: <FileTextOutlined />, label: t('list.exportCsv'), 'data-testid': 'export-csv', onClick: () => void run('csv') },
          { key: 'xlsx', icon: <FileExcelOutlined />, label: t('list.exportXlsx'), 'data-testid': 'export-xlsx', onClick: () => void run('xlsx') },
        ]
      : []),
    { type: 'divider' as const },
    { key: 'bin', icon: <DeleteOutlined />, label: t('bin.title'), 'data-testid': 'open-bin', onClick: () => { go('/o/$object/bin'); } },
  ];
  const exports = items.filter((item) => 'key' in item && (item.key === 'csv' || item.key === 'xlsx'));
  return (
    <header className={styles.head}>
      <ObjectIcon name={object.icon} color={object.color} tile />
      <h1 className={styles.title}>{object.label_plural}</h1>
      {count === undefined ? null : (
        <span className={styles.count} data-testid="list-count" data-count={count}>
          {new Intl.NumberFormat(i18n.resolvedLanguage).format(count)}
        </span>
      )}
      <div className={styles.headActions}>
        {mobile ? null : (
          <>
            {mayImport ? (
              <Button type="text" icon={<UploadOutlined />} onClick={() => { go('/o/$object/import'); }} data-testid="import-button">
                {t('list.import')}
              </Button>
            ) : null}
            {mayExport ? (
              <Dropdown trigger={['click']} menu={{ items: exports }}>
                <Button type="text" icon={<DownloadOutlined />} loading={busy} data-testid="export-button">{t('list.export')}</Button>
              </Dropdown>
            ) : null}
          </>
        )}
        <Dropdown trigger={['click']} placement="bottomRight" menu={{ items: mobile ? items : items.slice(-1) }}>
          <Button type="text" icon={<EllipsisOutlined />} aria-label={t('list.more')} data-testid="list-more" />
        </Dropdown>
        {onCreate ? (
          <Tooltip title={<>{t('list.create', { label: object.label })} <kbd>c</kbd></>} mouseEnterDelay={0.6}>
            <Button type="primary" icon={<PlusOutlined />} onClick={onCreate} data-testid="create-record" aria-label={t('list.create', { label: object.label })}>
              {mobile ? null : t('list.new')}
            </Button>
          </Tooltip>
        ) : null}
      </div>
    </header>
  );
}
