// The part of the consumer that runs in Node.js.
const https = require('https');
const { url, body, ...options } = JSON.parse(process.argv[2]);
const request = https.request(url, options, (answer) => {
  let text = '';
  answer.on('data', (data) => (text += data));
  answer.on('end', () => process.stdout.write(`${text}\n${answer.statusCode}`));
});
request.end(body || undefined);
