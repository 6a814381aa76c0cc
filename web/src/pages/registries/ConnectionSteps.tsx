import { IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react';
import type { ConnectionTest } from '../../../../src/server/contract/registries.ts';
import { formatDuration } from '../../components/format.ts';
import classes from './registries.module.css';

type Step = ConnectionTest['steps'][number];

const names: Readonly<Record<Step['step'], string>> = {
  address: 'Address',
  connect: 'Connection',
  tls: 'Encryption',
  'sign-in': 'Sign-in',
  catalogue: 'Catalogue',
  pull: 'Pull',
};
const order = Object.keys(names) as readonly Step['step'][];

/** Each step of the way to a registry: what went well, where it broke, and what was not reached any more. */
export function ConnectionSteps({ test }: { readonly test: ConnectionTest }) {
  const last = test.steps.at(-1);
  const skipped = test.ok || !last ? [] : order.slice(order.indexOf(last.step) + 1);
  return (
    <div role="status">
      <p className={classes.result}>
        {test.ok ? 'The registry can be read.' : `It breaks at the step “${failedName(test)}”.`}
      </p>
      <ol className={classes.steps} aria-label="Steps of the connection test">
        {test.steps.map((step) => (
          <li key={step.step} className={classes.step} data-failed={!step.ok || undefined}>
            {step.ok ? (
              <IconCircleCheck size={16} stroke={1.8} aria-label="worked" />
            ) : (
              <IconCircleX size={16} stroke={1.8} aria-label="failed" />
            )}
            <span className={classes.stepName}>{names[step.step]}</span>
            <span className={classes.stepText}>{step.message}</span>
            <span className={classes.faint}>{formatDuration(step.took)}</span>
          </li>
        ))}
        {skipped.map((step) => (
          <li key={step} className={classes.step} data-skipped>
            <IconCircleMinus size={16} stroke={1.8} aria-label="not tried" />
            <span className={classes.stepName}>{names[step]}</span>
            <span className={`${classes.stepText} ${classes.faint}`}>Not reached.</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function failedName(test: ConnectionTest): string {
  const failed = test.steps.find(({ ok }) => !ok);
  return failed ? names[failed.step] : 'Address';
}
