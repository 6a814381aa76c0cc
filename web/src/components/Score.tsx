import { Popover, Skeleton, UnstyledButton } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import classes from './Score.module.css';

export interface ScorePart {
  readonly name: string;
  readonly points: number;
  readonly because: string;
}

interface ScoreProps {
  /** 0 to 100. */
  readonly value: number;
  /** Of what, for screen readers. */
  readonly of: string;
  /** What the popover shows; made only when it is opened, so it may fetch. */
  readonly explain: () => ReactNode;
}

/** A risk score that opens into its parts: never a number without its reason one click away. */
export function Score({ value, of, explain }: ScoreProps) {
  const [opened, setOpened] = useState(false);
  const buttonRef = useRef<HTMLButtonElement>(null);
  const shown = Math.round(value);
  const close = () => {
    setOpened(false);
    buttonRef.current?.focus({ preventScroll: true });
  };
  return (
    <span className={classes.place} data-whole>
      <UnstyledButton
        ref={buttonRef}
        className={classes.score}
        onClick={(event) => {
          event.stopPropagation();
          setOpened(!opened);
        }}
        aria-haspopup="dialog"
        aria-expanded={opened}
        aria-label={`Risk ${shown} of 100 for ${of}: why?`}
        data-score
      >
        <span className={classes.number}>{shown}</span>
        <span className={classes.track} aria-hidden>
          <span className={classes.fill} style={{ width: `${Math.max(2, Math.min(100, value))}%` }} />
        </span>
      </UnstyledButton>
      {/* Made only when it is asked for: a long list draws many scores. */}
      {opened && (
        <Popover
          opened
          onChange={(next) => !next && close()}
          width={340}
          position="bottom-start"
          trapFocus
          withinPortal
        >
          <Popover.Target>
            <span className={classes.anchor} aria-hidden />
          </Popover.Target>
          <Popover.Dropdown className={classes.dropdown} aria-label={`Why ${of} has risk ${shown}`} tabIndex={-1}>
            {explain()}
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  );
}

/** The parts as a list of reasons that add up. */
export function ScoreParts({ value, parts }: { readonly value: number; readonly parts: readonly ScorePart[] }) {
  if (parts.length === 0) return <p className={classes.none}>Nothing speaks for a risk: no finding stands.</p>;
  return (
    <div>
      <dl className={classes.parts}>
        {[...parts]
          .sort((a, b) => b.points - a.points)
          .map((part) => (
            <div key={part.name} className={classes.part}>
              <dt>
                <span>{part.name}</span>
                <span className={classes.points}>{signed(part.points)}</span>
              </dt>
              <dd>{part.because}</dd>
            </div>
          ))}
      </dl>
      <div className={classes.sum}>
        <span>Risk, 0 to 100</span>
        <span>{Math.round(value)}</span>
      </div>
    </div>
  );
}

export function ScorePartsSkeleton() {
  return (
    <div role="status" aria-label="Loading the reasons">
      <Skeleton height={12} mb={10} />
      <Skeleton height={12} mb={10} width="80%" />
      <Skeleton height={12} width="60%" />
    </div>
  );
}

const signed = (points: number) => {
  const rounded = Math.round(points * 10) / 10;
  return rounded > 0 ? `+${rounded}` : `${rounded}`.replace('-', '−');
};
