import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useShortcut } from './keyboard';

const SHORTCUTS: { keys: string[]; text: string }[] = [
  { keys: ['/'], text: 'search' },
  { keys: ['c'], text: 'create' },
  { keys: ['f'], text: 'filter' },
  { keys: ['↑', '↓', '←', '→'], text: 'move' },
  { keys: ['Enter'], text: 'open' },
  { keys: ['F2'], text: 'edit' },
  { keys: ['x'], text: 'select' },
  { keys: ['Esc'], text: 'escape' },
  { keys: ['e'], text: 'editRecord' },
  { keys: ['j', 'k'], text: 'nextPrevious' },
  { keys: ['?'], text: 'help' },
];

/** What the keyboard can do; `?` opens it. */
export function ShortcutHelp({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  const { t } = useTranslation('shell');
  useShortcut('?', () => { setOpen(true); });
  return (
    <Modal open={open} onCancel={() => { setOpen(false); }} footer={null} title={t('help.title')} width={460} data-testid="shortcut-help">
      <dl style={{ display: 'grid', gridTemplateColumns: '1fr auto', gap: '9px 16px', margin: '12px 0 4px' }}>
        {SHORTCUTS.map(({ keys, text }) => (
          <div key={text} style={{ display: 'contents' }}>
            <dt style={{ color: 'var(--text-2)' }}>{t(`help.${text}`)}</dt>
            <dd style={{ margin: 0, textAlign: 'right' }}>
              {keys.map((key) => <kbd key={key} style={{ marginLeft: 4 }}>{key}</kbd>)}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
