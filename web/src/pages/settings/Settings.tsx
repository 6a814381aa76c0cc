import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import type { Settings } from '../../../../src/server/contract/settings.ts';
import { useHasRole } from '../../api/session.ts';
import { useAbout, useChangeSettings, useSettings } from '../../api/settings.ts';
import { Age } from '../../components/Age.tsx';
import { Answer } from '../../components/Answer.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Form, FormPair, FormSection } from '../../components/Form.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import classes from './settings.module.css';

export function Page() {
  return (
    <Answer of={useSettings()}>
      {(settings) => (
        <>
          <PageHead title="Settings" question="What does this installation expect of people and of itself?" />
          <SettingsForm settings={settings} />
          <About />
        </>
      )}
    </Answer>
  );
}

const levels = ['critical', 'high', 'medium', 'low'] as const;

function SettingsForm({ settings }: { readonly settings: Settings }) {
  const isAdmin = useHasRole('admin');
  const change = useChangeSettings();
  const [values, setValues] = useState(settings);
  const isChanged = JSON.stringify(values) !== JSON.stringify(settings);
  const number = (label: string, value: number, set: (value: number) => Settings, min: number, max: number) => ({
    label,
    value,
    min,
    max,
    disabled: !isAdmin,
    allowDecimal: false,
    onChange: (next: number | string) => setValues(set(Number(next) || min)),
  });
  return (
    <Form
      action="Save"
      submit={() => change.mutate(values, { onSuccess: () => notifyDone('The settings were saved') })}
      canSend={isAdmin && isChanged}
      isSending={change.isPending}
      error={change.error}
      failed="The settings were not saved"
    >
      {!isAdmin && <PartialState>Only administrators change these. Ask one, if a limit is in your way.</PartialState>}
      <FormSection
        title="Days until an upgrade is due"
        hint="By the worst severity that it removes; a date set by hand stays."
      >
        <FormPair>
          {levels.map((level) => (
            <NumberInput
              key={level}
              {...number(
                level[0]?.toUpperCase() + level.slice(1),
                values.dueDays[level],
                (days) => ({ ...values, dueDays: { ...values.dueDays, [level]: days } }),
                1,
                3_650,
              )}
            />
          ))}
        </FormPair>
      </FormSection>
      <FormSection title="Limits">
        <FormPair>
          <NumberInput
            {...number(
              'Longest exception, in days',
              values.exceptionDays,
              (exceptionDays) => ({ ...values, exceptionDays }),
              0,
              3_650,
            )}
            description="0 lets an exception stand without an end."
          />
          <NumberInput
            {...number(
              'Database is stale after, in hours',
              values.staleAfterHours,
              (staleAfterHours) => ({ ...values, staleAfterHours }),
              1,
              8_760,
            )}
            description="Pages say so beside their figures."
          />
          <NumberInput
            {...number(
              'History is kept, in days',
              values.historyDays,
              (historyDays) => ({ ...values, historyDays }),
              1,
              36_500,
            )}
            description="What appeared and went, and images that lie nowhere. What stands stays."
          />
        </FormPair>
      </FormSection>
    </Form>
  );
}

function About() {
  const about = useAbout().data;
  if (!about) return null;
  return (
    <div className={classes.about}>
      <FormSection title="About this server">
        <Facts
          facts={[
            ['Version', <span key="version">Breakwater {about.version}</span>],
            ['Database', `PostgreSQL ${about.postgres.version}${about.postgres.embedded ? ', embedded' : ''}`],
            ['Replicas', about.replicas],
            ['Running for', <Age key="started" at={about.started} />],
          ]}
        />
      </FormSection>
    </div>
  );
}
