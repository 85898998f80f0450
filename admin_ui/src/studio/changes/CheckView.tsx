import { CheckCircleFilled, CloseCircleFilled, WarningFilled } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Alert, Button, Collapse, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { errorText, type ProblemFault } from '@/api/problem';
import type { ChangeSet, CheckResult } from '../api';
import styles from './changes.module.css';
import { placeOf } from './places';
import type { useCheck } from './useCheck';

/** Result of a check: faults with a way to their place, else the plan and what would be lost. */
export function CheckView({ check, draft, onJump }: { check: ReturnType<typeof useCheck>; draft: ChangeSet; onJump: () => void }) {
  const { t } = useTranslation('studio');
  if (check.isError) {
    return (
      <Alert
        type="error"
        title={errorText(check.error)}
        action={<Button size="small" onClick={() => { void check.refetch(); }}>{t('check.again')}</Button>}
      />
    );
  }
  if (!check.data) return <Skeleton active paragraph={{ rows: 4 }} />;
  if (check.data.faults.length > 0) return <Faults faults={check.data.faults} draft={draft} onJump={onJump} />;
  return (
    <div className={styles.check} data-testid="check-ok">
      <p className={styles.ok}><CheckCircleFilled /> {t('check.ok')}</p>
      <Losses losses={check.data.losses} />
      <Plan plan={check.data.plan} />
    </div>
  );
}

function Faults({ faults, draft, onJump }: { faults: ProblemFault[]; draft: ChangeSet; onJump: () => void }) {
  const { t } = useTranslation('studio');
  return (
    <div className={styles.check} data-testid="check-faults">
      <p className={styles.bad}><CloseCircleFilled /> {t('check.faults', { count: faults.length })}</p>
      <ul className={styles.faults}>
        {faults.map((fault, index) => {
          const place = fault.document ? placeOf(fault.document, draft, fault.pointer) : null;
          return (
            <li key={index} className={styles.fault}>
              <div>{fault.message}</div>
              <div className={styles.note}>
                {fault.document && <>{t(`kind.${fault.document.kind}`, fault.document.kind)} <code>{fault.document.name}</code> </>}
                <code>{fault.pointer}</code>
              </div>
              {place && (
                <Link to={place.to} params={{ name: place.name }} hash={place.hash} onClick={onJump} data-testid={`fault-jump-${index}`}>
                  {t('check.jump')}
                </Link>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function Losses({ losses }: { losses: CheckResult['losses'] }) {
  const { t } = useTranslation('studio');
  if (losses.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      icon={<WarningFilled />}
      title={t('check.losses')}
      description={<ul className={styles.losses}>{losses.map((loss, index) => <li key={index}>{loss.message}</li>)}</ul>}
      data-testid="check-losses"
    />
  );
}

function Plan({ plan }: { plan: CheckResult['plan'] }) {
  const { t } = useTranslation('studio');
  if (!plan) return null;
  const sql = plan.steps.flatMap((step) => step.sql);
  return (
    <>
      {plan.warnings.map((warning, index) => <Alert key={index} type="info" showIcon title={warning} />)}
      {plan.steps.length === 0 ? (
        <p className={styles.note}>{t('check.no_steps')}</p>
      ) : (
        <ol className={styles.steps}>{plan.steps.map((step, index) => <li key={index}>{step.text}</li>)}</ol>
      )}
      {sql.length > 0 && (
        <Collapse
          size="small"
          ghost
          items={[{ key: 'sql', label: t('check.sql', { count: sql.length }), children: <pre className={styles.sql}>{sql.join(';\n\n')}</pre> }]}
        />
      )}
    </>
  );
}
