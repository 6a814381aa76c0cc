import type { ExceptionRow } from '../../../../src/server/contract/exceptions.ts';
import { imageAddress, imagesAddress, vulnerabilityAddress } from '../../addresses.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { formatDate, plural } from '../../components/format.ts';
import { Tag } from '../../components/Tag.tsx';
import classes from './exceptions.module.css';

type Scope = ExceptionRow['scope'];

export const kindTitles: Readonly<Record<ExceptionRow['kind'], string>> = {
  'risk-accepted': 'Risk accepted',
  'not-reachable': 'Not reachable',
  mitigated: 'Mitigated otherwise',
  'false-positive': 'False positive',
};

export const kindHints: Readonly<Record<ExceptionRow['kind'], string>> = {
  'risk-accepted': 'It is there and may be used; that is borne until the end.',
  'not-reachable': 'The affected code is never run, or cannot be reached.',
  mitigated: 'Something else keeps it from being used: a proxy, a policy, a setting.',
  'false-positive': 'It is not there at all; tell also the source that claims it.',
};

export const stateTitles: Readonly<Record<ExceptionRow['state'], string>> = {
  asked: 'Waits for a decision',
  approved: 'Approved',
  refused: 'Refused',
  expired: 'Ended',
  withdrawn: 'Withdrawn',
};

export function ExceptionState({ row }: { readonly row: ExceptionRow }) {
  const tone = row.state === 'asked' ? 'warn' : row.state === 'approved' ? 'good' : 'plain';
  return <Tag tone={tone}>{row.state === 'asked' ? 'waits' : stateTitles[row.state].toLowerCase()}</Tag>;
}

/** "CVE-2025-69534 in development", every noun a link. */
export function ScopeWords({ scope }: { readonly scope: Scope }) {
  return (
    <span title={scopeText(scope)}>
      {scope.vulnerability ? (
        <AppLink to={vulnerabilityAddress(scope.vulnerability)}>{scope.vulnerability}</AppLink>
      ) : (
        'Everything'
      )}
      {scope.package && (
        <>
          {' in '}
          <AppLink to={imagesAddress({ package: scope.package })}>{scope.package}</AppLink>
        </>
      )}
      <span className={classes.where}>
        {scope.image ? (
          <>
            {' of image '}
            <AppLink to={imageAddress(scope.image)} className="mono">
              {scope.image.replace(/^sha256:/, '').slice(0, 12)}
            </AppLink>
          </>
        ) : (
          ` ${placeText(scope)}`
        )}
      </span>
    </span>
  );
}

const placeText = (scope: Scope) =>
  scope.registry || scope.repository
    ? `of ${[scope.registry, scope.repository].filter(Boolean).join('/')}`
    : 'of every image';

const scopeText = (scope: Scope) =>
  `${scope.vulnerability ?? 'Everything'}${scope.package ? ` in ${scope.package}` : ''} ${scope.image ? `of image ${scope.image}` : placeText(scope)}`;

export const reachText = (reach: { readonly findings: number; readonly images: number }) =>
  `${plural(reach.findings, 'finding')} in ${plural(reach.images, 'image')}`;

/** "in 12 days", "2 days ago", "never" */
export function Ends({ row }: { readonly row: ExceptionRow }) {
  if (!row.expires) return <>never</>;
  const days = Math.ceil((Date.parse(row.expires) - Date.now()) / 86_400_000);
  const words = days > 60 ? formatDate(row.expires) : days >= 1 ? `in ${plural(days, 'day')}` : 'past';
  const isNear = row.state === 'approved' && days <= 14;
  return (
    <time dateTime={row.expires} title={formatDate(row.expires)} style={{ display: 'inline-flex' }}>
      {isNear ? <Tag tone="warn">{words}</Tag> : words}
    </time>
  );
}
