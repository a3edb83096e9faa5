import type { Timestamp } from '@bufbuild/protobuf/wkt';

import type { Date as CalendarDate } from './gen/google/type/date_pb';
import type { Language } from './i18n/language';

// "torsdag 10. desember 2026": as Norwegians write it. Calendar days have no time zone.
export function formatDate(date: CalendarDate | undefined, language: Language): string {
  if (!date) return '';
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' }).format(
    Date.UTC(date.year, date.month - 1, date.day),
  );
}

// Whole days from an instant until now.
export function daysSince(time: Timestamp | undefined): number {
  if (!time) return 0;
  return Math.floor((Date.now() / 1000 - Number(time.seconds)) / 86_400);
}
