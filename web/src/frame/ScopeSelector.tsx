import { Combobox, UnstyledButton, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCheck, IconChevronDown, IconFilter } from '@tabler/icons-react';
import { useEffect, useId, useState } from 'react';
import { useRegistryChoices, useRepositoryChoices } from '../api/registries.ts';
import { useChooseScope, usePageScope, useScope } from '../scope.ts';
import classes from './Scope.module.css';

/** Stands for no scope; a registry's name is never empty. */
const everything = '';

/** What all pages show: everything that one may see, one registry, or one repository of it. */
export function ScopeSelector() {
  const scope = useScope();
  const isFollowed = usePageScope() !== undefined;
  const choose = useChooseScope();
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
    },
  });
  return (
    <Combobox
      store={combobox}
      position="bottom-start"
      width={300}
      onOptionSubmit={(value) => {
        choose(value === everything ? undefined : value);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target targetType="button" withAriaAttributes={false}>
        <UnstyledButton
          className={classes.button}
          data-on={isFollowed || undefined}
          aria-label={`Shown: ${scope ?? 'everything'}`}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        >
          <IconFilter size={15} stroke={1.75} aria-hidden />
          <span className={classes.chosen}>{scope ?? 'Everything'}</span>
          <IconChevronDown size={13} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Combobox.Target>
      <Combobox.Dropdown className={classes.dropdown}>
        {combobox.dropdownOpened && <Choices scope={scope} moveToFirst={combobox.selectFirstOption} />}
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Choices({ scope, moveToFirst }: { readonly scope: string | undefined; readonly moveToFirst: () => void }) {
  const listId = useId();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 90);
  const { registry, part } = partsOf(asked, scope);
  const registries = useRegistryChoices(asked.includes('/') ? '' : asked);
  const repositories = useRepositoryChoices(registry, part);
  const names = asked.includes('/') ? [] : (registries.data?.items ?? []).map(({ name }) => name);
  const inside = (repositories.data?.items ?? []).map(({ name }) => `${registry}/${name}`);
  // So that Enter chooses what was typed for.
  const first = asked === '' ? undefined : (names[0] ?? inside[0]);
  useEffect(() => {
    if (first !== undefined) moveToFirst();
  }, [first, moveToFirst]);
  const isCut = Boolean(registries.data?.next ?? repositories.data?.next);
  return (
    <>
      <Combobox.Search
        role="combobox"
        aria-expanded
        aria-controls={listId}
        className={classes.search}
        value={text}
        placeholder="Registry, or registry/repository"
        aria-label="Show only what lies in a registry or repository"
        maxLength={400}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Combobox.Options id={listId} className={classes.options} aria-label="What to show">
        {asked === '' && <Choice value={everything} title="Everything" isChosen={scope === undefined} />}
        {names.length > 0 && (
          <Combobox.Group label="Registries">
            {names.map((name) => (
              <Choice key={name} value={name} title={name} isChosen={name === scope} />
            ))}
          </Combobox.Group>
        )}
        {inside.length > 0 && (
          <Combobox.Group label={`Repositories of ${registry}`}>
            {inside.map((name) => (
              <Choice key={name} value={name} title={name.slice(name.indexOf('/') + 1)} isChosen={name === scope} />
            ))}
          </Combobox.Group>
        )}
        {asked !== '' && names.length + inside.length === 0 && !registries.isFetching && !repositories.isFetching && (
          <Combobox.Empty>No registry or repository has that in its name.</Combobox.Empty>
        )}
      </Combobox.Options>
      {isCut && <Combobox.Footer className={classes.more}>Type part of a name to find others.</Combobox.Footer>}
    </>
  );
}

function Choice(props: { readonly value: string; readonly title: string; readonly isChosen: boolean }) {
  return (
    <Combobox.Option
      value={props.value}
      active={props.isChosen}
      aria-selected={props.isChosen}
      className={classes.option}
    >
      <bdi className={classes.optionTitle} title={props.title}>
        {props.title}
      </bdi>
      {props.isChosen && <IconCheck size={15} stroke={2} aria-hidden />}
    </Combobox.Option>
  );
}

/** Repositories are looked for in the registry that is typed before a slash, else in the one that is chosen. */
function partsOf(text: string, scope: string | undefined): { registry: string | undefined; part: string } {
  const slash = text.indexOf('/');
  if (slash > 0) return { registry: text.slice(0, slash), part: text.slice(slash + 1) };
  return { registry: scope?.split('/')[0], part: text };
}
