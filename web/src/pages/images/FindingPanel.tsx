import type { FindingRow } from '../../../../src/server/contract/images.ts';
import { exceptionAddress } from '../../addresses.ts';
import type { ExceptionScope } from '../../api/exceptions.ts';
import { useFindingWhy } from '../../api/images.ts';
import { Age } from '../../components/Age.tsx';
import { Answer } from '../../components/Answer.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { AskException } from '../../components/AskException.tsx';
import { Facts } from '../../components/Facts.tsx';
import { FixState } from '../../components/FixState.tsx';
import { formatDate } from '../../components/format.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { ScoreParts, ScorePartsSkeleton } from '../../components/Score.tsx';
import { Severity } from '../../components/Severity.tsx';
import { Why } from '../../components/Why.tsx';
import { RequestState } from './FindingRequest.tsx';
import classes from './images.module.css';

const causes: Readonly<Record<FindingRow['cause'], string>> = {
  push: 'a push brought it',
  advisory: 'an advisory was published',
  exception: 'an exception ended',
  fixed: 'a fix was published',
  scan: 'a scan found it',
  deleted: 'an image went',
};

interface FindingReasonsProps {
  readonly finding: FindingRow;
  /** What an exception for it would cover. */
  readonly scope: ExceptionScope;
}

export function FindingReasons({ finding, scope }: FindingReasonsProps) {
  const why = useFindingWhy(finding.id);
  return (
    <>
      <div className={classes.notes}>
        {finding.exception && (
          <PartialState>
            Excepted: {finding.exception.reason}
            {finding.exception.expires && ` Until ${formatDate(finding.exception.expires)}.`}{' '}
            <AppLink to={exceptionAddress({ ...finding.exception, state: 'approved' })}>See the exception</AppLink>
          </PartialState>
        )}
        {finding.request && <RequestState request={finding.request} />}
      </div>
      {finding.title && (
        <p className={classes.lead}>
          <bdi>{finding.title}</bdi>
        </p>
      )}
      <Facts
        facts={[
          ['Severity', <SeverityAfter key="severity" finding={finding} />],
          [
            'Installed',
            <span key="version" className="mono">
              {finding.package.version}
            </span>,
          ],
          ['Fixed in', <FixState key="fix" status={finding.status} fixed={finding.fixed} />],
          [
            'Appeared',
            <span key="since">
              <Age at={finding.firstSeen} />, when {causes[finding.cause]}
            </span>,
          ],
          ['Lies in', <FindingPlaces key="places" finding={finding} />],
        ]}
      />
      {!finding.exception && finding.request?.state !== 'asked' && (
        <div className={classes.ask}>
          <AskException scope={scope} />
        </div>
      )}
      <Answer of={why} waiting={<ScorePartsSkeleton />}>
        {(answer) => <Why why={answer} />}
      </Answer>
    </>
  );
}

function SeverityAfter({ finding }: { readonly finding: FindingRow }) {
  return (
    <span>
      <Severity level={finding.severity} /> <span className={classes.faint}>after {finding.severitySource}</span>
    </span>
  );
}

function FindingPlaces({ finding }: { readonly finding: FindingRow }) {
  return (
    <ul className={classes.plain}>
      {finding.places.slice(0, 10).map(({ path }) => (
        <li key={path} className="mono">
          {path}
        </li>
      ))}
      {finding.places.length > 10 && <li className={classes.faint}>and {finding.places.length - 10} more places</li>}
    </ul>
  );
}

/** The parts of a finding's score, fetched when someone asks for them. */
export function FindingScore({ id }: { readonly id: string }) {
  return (
    <Answer of={useFindingWhy(id)} waiting={<ScorePartsSkeleton />}>
      {({ risk }) => <ScoreParts value={risk.score} parts={risk.parts} />}
    </Answer>
  );
}
