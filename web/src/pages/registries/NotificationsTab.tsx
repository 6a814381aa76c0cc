import type { RegistryRow } from '../../../../src/server/contract/registries.ts';
import { useRenewSecret } from '../../api/registries.ts';
import { useHasRole } from '../../api/session.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { FormError } from '../../components/Form.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import { Secret } from '../../components/Secret.tsx';
import { NotificationHowTo } from './NotificationHowTo.tsx';
import classes from './registries.module.css';

export function NotificationsTab({ registry }: { readonly registry: RegistryRow }) {
  const isAdmin = useHasRole('admin');
  const renew = useRenewSecret(registry.name);
  return (
    <div className={classes.page}>
      <p className={classes.text}>
        Last push seen: <Age at={registry.lastPush} missing="none yet" />.
      </p>
      <NotificationHowTo kind={registry.kind} path={registry.notificationPath} />
      {renew.data ? (
        <>
          <Secret name="Secret" value={renew.data.secret} />
          <PartialState>The secret is shown this once. Copy it now and set it in the registry.</PartialState>
        </>
      ) : (
        isAdmin && (
          <div>
            <ConfirmButton
              title="Make a new secret"
              size="xs"
              tone="plain"
              reach="The secret in use is worth nothing from then on: notifications are refused until the registry has the new one."
              action="Make it"
              run={() => renew.mutate()}
              isRunning={renew.isPending}
            />
          </div>
        )
      )}
      {renew.error && <FormError failed="No secret was made" error={renew.error} />}
    </div>
  );
}
