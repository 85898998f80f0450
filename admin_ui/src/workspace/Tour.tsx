import { Tour as AntTour, type TourProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession, useSetPreferences } from '@/api/session';
import { useMobile } from '@/app/useMobile';

/** The first element that is in the page; a step without one stands in the middle. */
function target(...ids: string[]): () => HTMLElement {
  return () => {
    for (const id of ids) {
      const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
      if (found) return found;
    }
    return null as unknown as HTMLElement;
  };
}

/** Three steps at the first sign-in. Done or closed, it does not come back (preferences.tour_done). */
export function Tour() {
  const { t } = useTranslation('workspace');
  const { preferences, admin, user } = useSession();
  const save = useSetPreferences();
  const mobile = useMobile();
  const [step, setStep] = useState(0);
  const open = preferences.tour_done !== true;
  const done = () => {
    setStep(0);
    // Not worth an error message: the tour is closed, and would only come back once more.
    save({ tour_done: true }).catch((error: unknown) => { console.warn('tour not remembered', error); });
  };
  const steps: TourProps['steps'] = [
    {
      title: t('tour.find', { name: user.name.split(' ')[0] ?? user.name }),
      description: t('tour.findText'),
      target: mobile ? target('menu-button') : target('navigation'),
      placement: mobile ? 'bottomLeft' : 'rightTop',
    },
    { title: t('tour.search'), description: t('tour.searchText'), target: target('global-search'), placement: 'bottom' },
    admin
      ? { title: t('tour.studio'), description: t('tour.studioText'), target: target('nav-studio', 'user-menu'), placement: mobile ? 'bottomRight' : 'rightBottom' }
      : { title: t('tour.change'), description: t('tour.changeText'), target: target('create-record', 'user-menu'), placement: 'bottomRight' },
  ];
  if (!open) return null;
  return (
    <AntTour
      open
      current={step}
      onChange={setStep}
      onClose={done}
      onFinish={done}
      steps={steps}
      closeIcon={<span data-testid="tour-close" style={{ fontSize: 12, whiteSpace: 'nowrap', display: 'inline-block', marginInlineStart: -8 }}>{t('tour.skip')}</span>}
      mask={{ color: 'rgb(10 12 20 / 28%)' }}
      zIndex={1500}
    />
  );
}
