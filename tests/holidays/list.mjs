// Norway's public holidays of the years FROM to TO by date-holidays, a day a line.
import Holidays from 'date-holidays';

const [from, to] = process.argv.slice(2).map(Number);
const norway = new Holidays('NO');
const days = new Set();
for (let year = from; year <= to; year++) {
  for (const { date, type } of norway.getHolidays(year)) {
    if (type === 'public') days.add(date.slice(0, 10));
  }
}
console.log([...days].sort().join('\n'));
