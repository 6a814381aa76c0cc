import type { ReactNode } from 'react';
import type { Threat } from '../../../src/server/contract/severity.ts';
import { vulnerabilityAddress } from '../addresses.ts';
import { AppLink } from './AppLink.tsx';
import { Exploited } from './Threat.tsx';

interface FlawNameProps {
  readonly id: string;
  readonly title: string | undefined;
  readonly threat: Threat;
  /** Tags behind the name. */
  readonly children?: ReactNode;
}

/** A flaw at the head of its row: id, whether it is exploited, and in few words what it is. */
export function FlawName({ id, title, threat, children }: FlawNameProps) {
  return (
    <>
      <AppLink to={vulnerabilityAddress(id)} className="quiet" style={{ fontWeight: 500, flex: 'none' }}>
        {id}
      </AppLink>
      <Exploited threat={threat} />
      {children}
      <span title={title} style={{ color: 'var(--mantine-color-dimmed)', fontWeight: 400 }}>
        <bdi>{title}</bdi>
      </span>
    </>
  );
}
