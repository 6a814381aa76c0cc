import { SegmentedControl } from '@mantine/core';
import { useAddressFilter } from '../../address-filter.ts';
import { imagesAddress, recommendationsAddress, vulnerabilitiesAddress } from '../../addresses.ts';
import { useOverview } from '../../api/overview.ts';
import { Answer } from '../../components/Answer.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { NothingThere } from '../../components/NothingThere.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { usePageScope } from '../../scope.ts';
import { FixFirst } from './FixFirst.tsx';
import { Gaps } from './Gaps.tsx';
import { Newest } from './Newest.tsx';
import classes from './overview.module.css';
import { Sentences } from './Sentences.tsx';
import { Trend } from './Trend.tsx';

const spans = [
  { value: '1', label: 'A day', words: 'since yesterday' },
  { value: '7', label: '7 days', words: 'in the last 7 days' },
  { value: '30', label: '30 days', words: 'in the last 30 days' },
] as const;

export function Page() {
  const address = useAddressFilter();
  const scope = usePageScope();
  const span = spans.find(({ value }) => value === address.one('days')) ?? spans[0];
  const overview = useOverview(span.value === '1' ? undefined : startOfHourBefore(Number(span.value)));
  return (
    <Answer of={overview}>
      {(data) => (
        <>
          <PageHead
            title="Overview"
            question="What changed, and what should I do first?"
            actions={
              <SegmentedControl
                size="xs"
                aria-label="What counts as changed"
                data={spans.map(({ value, label }) => ({ value, label }))}
                value={span.value}
                onChange={(value) => address.set({ days: value === '1' ? undefined : value })}
              />
            }
          />
          {data.images.total === 0 && scope ? (
            <NothingThere noun="images" scope={scope} />
          ) : data.images.total === 0 ? (
            <FirstSteps />
          ) : (
            <div className={classes.page}>
              <Sentences overview={data} span={span.words} />
              <section aria-labelledby="fix-first">
                <SectionHead
                  id="fix-first"
                  title="Fix first"
                  to={recommendationsAddress()}
                  link="All recommendations"
                />
                <FixFirst rows={data.fixFirst} />
              </section>
              <div className={classes.pair}>
                <section aria-labelledby="newest">
                  <SectionHead
                    id="newest"
                    title={`New ${span.words}`}
                    to={vulnerabilitiesAddress({ sort: 'firstSeen', direction: 'desc' })}
                    link="All vulnerabilities"
                  />
                  <Newest rows={data.changed.newest} />
                </section>
                <section aria-labelledby="trend">
                  <SectionHead id="trend" title="Critical and high findings" to={imagesAddress()} link="All images" />
                  <Trend points={data.trend} />
                </section>
              </div>
              <section aria-labelledby="gaps">
                <SectionHead id="gaps" title="What could not be seen" to="/coverage" link="Coverage" />
                <Gaps gaps={data.gaps} />
              </section>
            </div>
          )}
        </>
      )}
    </Answer>
  );
}

function SectionHead(props: {
  readonly id: string;
  readonly title: string;
  readonly to: string;
  readonly link: string;
}) {
  return (
    <div className={classes.sectionHead}>
      <h2 id={props.id}>{props.title}</h2>
      <AppLink to={props.to}>{props.link}</AppLink>
    </div>
  );
}

function FirstSteps() {
  return (
    <EmptyState
      title="Nothing is watched yet"
      command="breakwater scan registry.example/team/app:1.2 --upload https://this-server"
    >
      <AppLink to="/registries">Connect a registry</AppLink> and every image in it is scanned, and scanned again
      whenever an advisory changes. That takes a minute. A build pipeline can also send its own scans:
    </EmptyState>
  );
}

/** To the hour, so that the question stays the same while one reads. */
function startOfHourBefore(days: number): string {
  const at = new Date(Date.now() - days * 86_400_000);
  at.setUTCMinutes(0, 0, 0);
  return at.toISOString();
}
