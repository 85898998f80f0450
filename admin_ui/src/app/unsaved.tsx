import { useBlocker } from '@tanstack/react-router';
import { App } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** Asks before unsaved changes are left: in-app navigation, reload and closing of the tab. */
export function useUnsavedGuard(dirty: boolean): void {
  const { modal } = App.useApp();
  const { t } = useTranslation('shell');
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  useEffect(() => {
    if (status !== 'blocked') return;
    const dialog = modal.confirm({
      title: t('unsaved.title'),
      content: t('unsaved.text'),
      okText: t('unsaved.leave'),
      cancelText: t('unsaved.stay'),
      okButtonProps: { danger: true },
      onOk: () => { proceed(); },
      onCancel: () => { reset(); },
    });
    return () => { dialog.destroy(); };
  }, [status, proceed, reset, modal, t]);
}

/** Returns a function that runs `action` at once, or after the user agrees to lose what is unsaved. */
export function useConfirmLoss(dirty: boolean): (action: () => void) => void {
  const { modal } = App.useApp();
  const { t } = useTranslation('shell');
  return (action) => {
    if (!dirty) {
      action();
      return;
    }
    modal.confirm({
      title: t('unsaved.title'),
      content: t('unsaved.text'),
      okText: t('unsaved.leave'),
      cancelText: t('unsaved.stay'),
      okButtonProps: { danger: true },
      onOk: action,
    });
  };
}
