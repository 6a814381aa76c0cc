import { NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { FormPair } from '../../components/Form.tsx';
import { type SignInField, type SignInMethod, type SignInValues, signInLooks } from './sign-ins.ts';

interface SignInFieldsProps {
  /** Those that the product offers. */
  readonly methods: readonly SignInMethod[];
  readonly method: SignInMethod;
  readonly values: SignInValues;
  readonly change: (method: SignInMethod, values: SignInValues) => void;
}

export function SignInFields({ methods, method, values, change }: SignInFieldsProps) {
  const looks = signInLooks[method];
  return (
    <>
      <NativeSelect
        label="Sign in as"
        description={looks.hint}
        value={method}
        data={methods.map((value) => ({ value, label: signInLooks[value].title }))}
        onChange={(event) => change(event.currentTarget.value as SignInMethod, values)}
      />
      {looks.fields.length > 0 && (
        <FormPair>
          {looks.fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              value={values[field.name] ?? ''}
              change={(value) => change(method, { ...values, [field.name]: value })}
            />
          ))}
        </FormPair>
      )}
    </>
  );
}

function Field(props: { readonly field: SignInField; readonly value: string; readonly change: (v: string) => void }) {
  const { field, value, change } = props;
  const shared = {
    label: field.isOptional ? `${field.label} (optional)` : field.label,
    name: `registry-${field.name}`,
    required: !field.isOptional,
    withAsterisk: false,
    autoComplete: field.isSecret ? 'new-password' : 'off',
    value,
    ...(field.hint && { description: field.hint }),
    onChange: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
  };
  if (field.isLong) return <Textarea {...shared} autosize minRows={3} maxRows={8} spellCheck={false} />;
  if (field.isSecret)
    return <PasswordInput {...shared} visibilityToggleButtonProps={{ 'aria-label': `Show the ${field.label}` }} />;
  return <TextInput {...shared} spellCheck={false} autoCapitalize="none" />;
}
