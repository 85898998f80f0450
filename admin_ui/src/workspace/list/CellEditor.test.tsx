import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { FieldDescription } from '@/api/types';
import { CellEditor } from './CellEditor';

const field: FieldDescription = {
  name: 'name', type: 'text', widget: 'text', label: 'Name', required: true, unique: false, read_only: false, system: false,
  searchable: true, sortable: true, operators: [], max_length: 5,
};

function show(save: (value: unknown) => Promise<string | undefined> = () => Promise.resolve(undefined)) {
  const onSave = vi.fn(save);
  const onClose = vi.fn();
  render(<CellEditor field={field} value="old" onSave={onSave} onClose={onClose} />);
  return { onSave, onClose, input: screen.getByTestId('field-name') };
}

describe('editing a cell', () => {
  it('saves with Enter', async () => {
    const { onSave, onClose, input } = show();
    await userEvent.clear(input);
    await userEvent.type(input, 'new{Enter}');
    expect(onSave).toHaveBeenCalledExactlyOnceWith('new');
    await waitFor(() => { expect(onClose).toHaveBeenCalledWith(0); });
  });

  it('saves with Tab and goes on to the next cell', async () => {
    const { onSave, onClose, input } = show();
    await userEvent.type(input, '!');
    await userEvent.tab();
    expect(onSave).toHaveBeenCalledTimes(1);
    await waitFor(() => { expect(onClose).toHaveBeenCalledWith(1); });
  });

  it('drops the change with Escape', async () => {
    const { onSave, onClose, input } = show();
    await userEvent.type(input, 'x{Escape}');
    expect(onSave).not.toHaveBeenCalled();
    expect(onClose).toHaveBeenCalledWith(0);
  });

  it('sends nothing when nothing changed', async () => {
    const { onSave, onClose, input } = show();
    await userEvent.type(input, '{Enter}');
    expect(onSave).not.toHaveBeenCalled();
    expect(onClose).toHaveBeenCalled();
  });

  it('stays open with a value that does not fit, without asking the server', async () => {
    const { onSave, onClose, input } = show();
    await userEvent.type(input, 'too long{Enter}');
    expect(await screen.findByText('At most 5 characters.')).toBeInTheDocument();
    expect(onSave).not.toHaveBeenCalled();
    expect(onClose).not.toHaveBeenCalled();
  });

  it('stays open with what the server says', async () => {
    const { onClose, input } = show(() => Promise.resolve('Taken.'));
    await userEvent.clear(input);
    await userEvent.type(input, 'b{Enter}');
    expect(await screen.findByText('Taken.')).toBeInTheDocument();
    expect(onClose).not.toHaveBeenCalled();
  });
});
