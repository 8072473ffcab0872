// The vendor's SDK for Node.js, as its users use it. See ../README.md.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

const REFUSED = 3;
const environment = process.env;
// The SDK is installed in the build folder, not beside this file.
const sdk = createRequire(path.join(environment.NODE_SDK, 'x'))('alibabacloud-iot-device-sdk');

function end(code, text) {
  if (text) console.log(text);
  process.exit(code);
}

function signIn(secret, scheme, port) {
  const device = sdk.device({
    productKey: environment.PRODUCT_KEY,
    deviceName: environment.DEVICE_NAME,
    deviceSecret: secret,
    brokerUrl: `${scheme}://${environment.HOST}:${port}`,
  });
  const topic = `/${environment.PRODUCT_KEY}/${environment.DEVICE_NAME}/user/get`;
  device.on('connect', () => {
    device.subscribe(topic, { qos: 1 }, () => device.publish(topic, 'hello from Node'));
  });
  device.on('message', (got, payload) => {
    if (got === topic) end(payload.toString() === 'hello from Node' ? 0 : 1);
  });
  device.on('error', ([error]) => end(REFUSED, `refused ${error.code}`));
}

function register(secret) {
  const request = {
    productKey: environment.PRODUCT_KEY,
    deviceName: environment.DEVICE_NAME,
    productSecret: secret,
    registerURL: environment.HTTPS_URL,
  };
  sdk.register(request, (answer) => {
    if (answer.code !== 200) {
      end(answer instanceof Error ? 1 : REFUSED, `refused ${answer.code} ${answer.message}`);
    }
    fs.writeFileSync(environment.ISSUED, answer.data.deviceSecret, { mode: 0o600 });
    end(0);
  });
}

const secret = fs.readFileSync(0, 'ascii');
switch (process.argv[2]) {
  case 'sign-in-tls':
    signIn(secret, 'mqtts', environment.TLS_PORT);
    break;
  case 'sign-in-plain':
    signIn(secret, 'mqtt', environment.PLAIN_PORT);
    break;
  case 'register-https':
    register(secret);
    break;
  default:
    end(1, 'failed: the SDK cannot do this');
}
