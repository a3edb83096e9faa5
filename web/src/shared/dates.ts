import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampDate } from '@bufbuild/protobuf/wkt';

import type { Date as CalendarDate } from '../gen/google/type/date_pb';
import type { Period } from '../gen/individuellplan/type/v1/common_pb';
import type { Language } from '../i18n/language';

type Day = Pick<CalendarDate, 'year' | 'month' | 'day'>;

// Calendar days have no time zone; they are counted in UTC.
export const dayNumber = (date: Day) => Date.UTC(date.year, date.month - 1, date.day) / 86_400_000;

const OSLO = 'Europe/Oslo';

// Today in Norway.
export function today(): Day {
  const [year, month, day] = new Intl.DateTimeFormat('sv', { timeZone: OSLO }).format(new Date()).split('-').map(Number);
  return { year: year!, month: month!, day: day! };
}

export const daysUntil = (date: Day) => dayNumber(date) - dayNumber(today());

export function addDays(date: Day, days: number): Day {
  const at = new Date((dayNumber(date) + days) * 86_400_000);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}
const inUtc = (date: Day) => Date.UTC(date.year, date.month - 1, date.day);

// Chromium knows no nynorsk and writes bokmål instead: these days are called otherwise, months are not.
const NYNORSK: Record<string, string> = { mandag: 'måndag', tirsdag: 'tysdag', lørdag: 'laurdag' };

// "torsdag 10. desember 2026": as Norwegians write it.
export function formatDate(date: Day | undefined, language: Language): string {
  if (!date) return '';
  const text = format(language, { dateStyle: 'full', timeZone: 'UTC' }).format(inUtc(date));
  return language === 'nn' ? text.replace(/^[a-zø]+/, (day) => NYNORSK[day] ?? day) : text;
}

// "10. desember 2026".
export function formatDay(date: Day | undefined, language: Language): string {
  return date ? format(language, { dateStyle: 'long', timeZone: 'UTC' }).format(inUtc(date)) : '';
}

// "10. des. 2026".
export function formatShort(date: Day | undefined, language: Language): string {
  return date ? format(language, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(inUtc(date)) : '';
}

export function monthName(date: Day, language: Language): string {
  return format(language, { month: 'short', timeZone: 'UTC' }).format(inUtc(date)).replace('.', '');
}

// "10. desember 2026 kl. 13:05", in Norway's time.
export function formatTime(time: Timestamp | undefined, language: Language): string {
  return time ? format(language, { dateStyle: 'long', timeStyle: 'short', timeZone: OSLO }).format(timestampDate(time)) : '';
}

export function formatTimeDay(time: Timestamp | undefined, language: Language): string {
  return time ? format(language, { dateStyle: 'long', timeZone: OSLO }).format(timestampDate(time)) : '';
}

export function formatPeriod(period: Period | undefined, language: Language): string {
  if (!period?.startDate) return '';
  if (!period.endDate) return `${formatShort(period.startDate, language)} –`;
  // The year once when both days have the same: "8. aug. – 12. des. 2026".
  const sameYear = period.startDate.year === period.endDate.year;
  const start = sameYear ? format(language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(inUtc(period.startDate)) : formatShort(period.startDate, language);
  return `${start} – ${formatShort(period.endDate, language)}`;
}

// "23:05", in Norway's time.
export function formatClock(time: Timestamp | undefined, language: Language): string {
  return time ? format(language, { timeStyle: 'short', timeZone: OSLO }).format(timestampDate(time)) : '';
}

// Whole days from an instant until now.
export function daysSince(time: Timestamp | undefined): number {
  return time ? Math.floor((Date.now() / 1000 - Number(time.seconds)) / 86_400) : 0;
}

// Between <input type="date"> and google.type.Date.
export const toInput = (date: Day | undefined) =>
  date ? `${String(date.year).padStart(4, '0')}-${String(date.month).padStart(2, '0')}-${String(date.day).padStart(2, '0')}` : '';
export function fromInput(text: string): Day | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match ? { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) } : undefined;
}

// "+4755512222" → "55 51 22 22"; others as they are.
export function formatPhone(phone: string): string {
  const digits = /^(?:\+47)?(\d{8})$/.exec(phone.replace(/\s/g, ''))?.[1];
  return digits ? digits.replace(/(..)(?=.)/g, '$1 ') : phone;
}
