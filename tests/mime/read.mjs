// Reads mails, one a line as JSON with "raw" in base64; prints what Nodemailer's parser makes of each.
import { createInterface } from 'node:readline';
import { simpleParser } from 'mailparser';

for await (const line of createInterface({ input: process.stdin })) {
  const mail = await simpleParser(Buffer.from(JSON.parse(line).raw, 'base64'));
  console.log(JSON.stringify({
    subject: mail.subject, sender: mail.from.value[0].name, plain: mail.text, names: [...mail.headers.keys()],
  }));
}
