import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { Grant, Role, Scope } from '../../../../src/server/contract/access.ts';
import classes from './access.module.css';
import { roleHints, roleTitles, scopeExamples, scopeTitles } from './grants.ts';

interface GrantsFieldProps {
  readonly grants: readonly Grant[];
  readonly change: (grants: readonly Grant[]) => void;
  /** The highest that may be given. */
  readonly roles?: readonly Role[];
}

const allRoles: readonly Role[] = ['reader', 'analyst', 'admin'];

/** What somebody may do, and where. */
export function GrantsField({ grants, change, roles = allRoles }: GrantsFieldProps) {
  const set = (index: number, grant: Grant) => change(grants.map((one, at) => (at === index ? grant : one)));
  return (
    <fieldset className={classes.grants}>
      <legend>Roles</legend>
      {grants.map((grant, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no names.
        <div key={index} className={classes.grant}>
          <NativeSelect
            size="xs"
            aria-label={`Role ${index + 1}`}
            value={grant.role}
            data={roles.map((value) => ({ value, label: roleTitles[value] }))}
            onChange={(event) => set(index, { ...grant, role: event.currentTarget.value as Role })}
          />
          <NativeSelect
            size="xs"
            aria-label={`Where role ${index + 1} holds`}
            value={grant.scope.kind}
            data={Object.entries(scopeTitles).map(([value, label]) => ({ value, label: `for ${label}` }))}
            onChange={(event) => set(index, { ...grant, scope: scopeOf(event.currentTarget.value as Scope['kind']) })}
          />
          {grant.scope.kind === 'all' ? (
            <span />
          ) : (
            <TextInput
              size="xs"
              aria-label={`Name of the ${grant.scope.kind} of role ${index + 1}`}
              placeholder={scopeExamples[grant.scope.kind] ?? ''}
              spellCheck={false}
              required
              maxLength={400}
              value={grant.scope.value ?? ''}
              onChange={(event) =>
                set(index, { ...grant, scope: { kind: grant.scope.kind, value: event.currentTarget.value } })
              }
            />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Take role ${index + 1} away`}
            disabled={grants.length === 1}
            onClick={() => change(grants.filter((_, at) => at !== index))}
          >
            <IconX size={15} stroke={1.75} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={13} stroke={2} aria-hidden />}
          onClick={() => change([...grants, { role: roles[0] ?? 'reader', scope: { kind: 'all' } }])}
        >
          Another role
        </Button>
      </div>
      <p className={classes.hint}>{roles.map((role) => `${roleTitles[role]} ${roleHints[role]}`).join('; ')}.</p>
    </fieldset>
  );
}

const scopeOf = (kind: Scope['kind']): Scope => (kind === 'all' ? { kind } : { kind, value: '' });
