import { Button } from '@mantine/core';
import type { MadeRegistry } from '../../../../src/server/contract/registries.ts';
import { jobsAddress, registryAddress } from '../../addresses.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import { Secret } from '../../components/Secret.tsx';
import { NotificationHowTo } from './NotificationHowTo.tsx';
import classes from './registries.module.css';

/** What happens now, and the one thing left to do: make the registry notify. */
export function Connected({ registry }: { readonly registry: MadeRegistry }) {
  return (
    <>
      <PageHead
        title={`${registry.name} is connected`}
        question="It is being looked through now, newest images first."
      />
      <div className={classes.page}>
        <p className={classes.text}>
          <AppLink to={jobsAddress({ kind: 'crawl' })}>Jobs</AppLink> shows how far it is. To hear of each push at once,
          make the registry send notifications:
        </p>
        <NotificationHowTo kind={registry.kind} path={registry.notificationPath} />
        <Secret name="Secret" value={registry.notificationSecret} />
        <PartialState>
          The secret is shown this once. Copy it now; a new one can be made on the registry’s page whenever it is
          needed.
        </PartialState>
        <div>
          <Button component={AppLink} to={registryAddress(registry.name)} size="sm">
            Open {registry.name}
          </Button>
        </div>
      </div>
    </>
  );
}
