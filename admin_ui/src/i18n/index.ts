import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import localizedFormat from 'dayjs/plugin/localizedFormat';
import relativeTime from 'dayjs/plugin/relativeTime';
import utc from 'dayjs/plugin/utc';
import i18n, { type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';

dayjs.extend(localizedFormat);
dayjs.extend(relativeTime);
dayjs.extend(utc);

export const LOCALES = [
  { code: 'en', label: 'English', short: 'EN' },
  { code: 'zh-CN', label: '简体中文', short: '中' },
] as const;
export type Locale = (typeof LOCALES)[number]['code'];
const KEY = 'tangram.locale';

const files = import.meta.glob<Record<string, unknown>>('./*/*.json', { eager: true, import: 'default' });

function resources(): Resource {
  const result: Resource = {};
  for (const [path, texts] of Object.entries(files)) {
    const [, locale, namespace] = /^\.\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    if (locale && namespace) (result[locale] ??= {})[namespace] = texts as Record<string, string>;
  }
  return result;
}

/** 'zh', 'zh-Hans-CN', 'zh-TW' -> zh-CN; everything unknown -> undefined. */
export function supported(tag: string | null | undefined): Locale | undefined {
  if (!tag) return undefined;
  const language = tag.toLowerCase().split('-')[0];
  if (language === 'zh') return 'zh-CN';
  return language === 'en' ? 'en' : undefined;
}

function firstLocale(): Locale {
  const wishes = [localStorage.getItem(KEY), ...navigator.languages];
  for (const wish of wishes) {
    const locale = supported(wish);
    if (locale) return locale;
  }
  return 'en';
}

function follow(language: string): void {
  dayjs.locale(language === 'zh-CN' ? 'zh-cn' : 'en');
  document.documentElement.lang = language;
}

export async function setLocale(locale: Locale): Promise<void> {
  localStorage.setItem(KEY, locale);
  await i18n.changeLanguage(locale);
}

i18n.on('languageChanged', follow);
void i18n.use(initReactI18next).init({
  resources: resources(),
  lng: firstLocale(),
  fallbackLng: 'en',
  supportedLngs: LOCALES.map((locale) => locale.code),
  defaultNS: 'shell',
  interpolation: { escapeValue: false },
  returnNull: false,
});

export default i18n;
