import {
  AlignLeftOutlined, CalendarOutlined, CheckSquareOutlined, ClockCircleOutlined, CodeOutlined, DollarOutlined, DownCircleOutlined,
  FieldBinaryOutlined, FieldNumberOutlined, FontSizeOutlined, LinkOutlined, MailOutlined, NumberOutlined, PercentageOutlined,
  PhoneOutlined, QuestionCircleOutlined, ShareAltOutlined, UnorderedListOutlined, UserOutlined,
} from '@ant-design/icons';
import { createElement, type ComponentType } from 'react';

const ICONS: Record<string, ComponentType> = {
  text: FontSizeOutlined,
  long_text: AlignLeftOutlined,
  email: MailOutlined,
  phone: PhoneOutlined,
  url: LinkOutlined,
  integer: NumberOutlined,
  decimal: FieldBinaryOutlined,
  currency: DollarOutlined,
  percent: PercentageOutlined,
  boolean: CheckSquareOutlined,
  date: CalendarOutlined,
  datetime: ClockCircleOutlined,
  picklist: DownCircleOutlined,
  multi_picklist: UnorderedListOutlined,
  lookup: ShareAltOutlined,
  user: UserOutlined,
  autonumber: FieldNumberOutlined,
  json: CodeOutlined,
};

/** Order in which types are offered, the most used first; a plugin's own come last. */
const ORDER = Object.keys(ICONS);

/** Icon of a field type. */
export function TypeIcon({ type }: { type: string | undefined }) {
  return createElement(ICONS[type ?? ''] ?? QuestionCircleOutlined);
}

export function byUse(a: { name: string }, b: { name: string }): number {
  const rank = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  return rank(a.name) - rank(b.name);
}
