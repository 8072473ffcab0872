#!/usr/bin/env node
// Signs a device in from Node.js, by koffi (npm install): the library is opened, nothing is compiled.
//
//     sign_in.js <ProductKey> <DeviceName> < file with the DeviceSecret
//
// The secret goes from the file into a Buffer that linkauth_wipe clears. It never becomes a string, which
// nobody could clear. LINKAUTH_LIBRARY names another library than liblinkauth.so.0.
'use strict';

const fs = require('node:fs');
const koffi = require('koffi');

const library = koffi.load(process.env.LINKAUTH_LIBRARY || 'liblinkauth.so.0');

const DeviceConfig = koffi.struct('linkauth_device_config', {
  struct_size: 'uint32_t', flags: 'uint32_t',
  product_key: 'const char *', product_key_length: 'size_t',
  device_name: 'const char *', device_name_length: 'size_t',
  region: 'const char *', region_length: 'size_t',
  instance_id: 'const char *', instance_id_length: 'size_t',
  store: 'void *', seal: 'void *', random: 'void *', random_user: 'void *',
  critical_section: 'void *',
});
const SignInOptions = koffi.struct('linkauth_sign_in_options', {
  struct_size: 'uint32_t', sign_method: 'uint32_t', secure_mode: 'int32_t', port: 'uint32_t',
  timestamp: 'uint64_t', flags: 'uint32_t', reserved: 'uint32_t',
  client_id: 'const char *', client_id_length: 'size_t', host: 'const char *', host_length: 'size_t',
  device_secret: 'void *', device_secret_length: 'size_t',
  device_token: 'void *', device_token_length: 'size_t',
  extensions: 'void *', extension_count: 'size_t',
});
const SignInResult = koffi.struct('linkauth_sign_in_result', {
  struct_size: 'uint32_t', port: 'uint32_t', host: 'const char *', host_length: 'size_t',
  client_id: 'const char *', client_id_length: 'size_t',
  username: 'const char *', username_length: 'size_t',
  password: 'void *', password_length: 'size_t', size_needed: 'size_t',
});

const linkauth = {
  deviceSize: library.func('size_t linkauth_device_size(void)'),
  deviceInit: library.func('int32_t linkauth_device_init(void *device, size_t size, const linkauth_device_config *config)'),
  deviceWipe: library.func('void linkauth_device_wipe(void *device)'),
  bufferSize: library.func('size_t linkauth_sign_in_buffer_size(void)'),
  signIn: library.func('int32_t linkauth_sign_in(void *device, const linkauth_sign_in_options *options, ' +
    'void *buffer, size_t capacity, _Inout_ linkauth_sign_in_result *result)'),
  wipe: library.func('void linkauth_wipe(void *memory, size_t length)'),
  statusName: library.func('const char *linkauth_status_name(int32_t status)'),
  statusText: library.func('const char *linkauth_status_text(int32_t status)'),
};

function check(status) {
  if (status !== 0)
    throw new Error(`${linkauth.statusName(status)}: ${linkauth.statusText(status)}`);
}

function readSecret(memory) {
  let length = 0;
  for (let count; (count = fs.readSync(0, memory, length, memory.length - length, null)) > 0;)
    length += count;
  return length > 0 && memory[length - 1] === 0x0a ? length - 1 : length;
}

// Members that are not named are zero, which is the default.
// Calls `connect` with what the CONNECT must carry; it is wiped when that returns.
function signIn(productKey, deviceName, connect) {
  const device = koffi.alloc('uint64_t', Math.ceil(linkauth.deviceSize() / 8));
  const secret = Buffer.alloc(80);
  const buffer = Buffer.alloc(linkauth.bufferSize());
  const result = { struct_size: koffi.sizeof(SignInResult) };
  try {
    check(linkauth.deviceInit(device, linkauth.deviceSize(), {
      struct_size: koffi.sizeof(DeviceConfig),
      product_key: productKey, product_key_length: Buffer.byteLength(productKey),
      device_name: deviceName, device_name_length: Buffer.byteLength(deviceName),
    }));
    check(linkauth.signIn(device, {
      struct_size: koffi.sizeof(SignInOptions),
      device_secret: secret, device_secret_length: readSecret(secret),
    }, buffer, buffer.length, result));
    connect(result);
  } finally {
    linkauth.wipe(secret, secret.length);
    linkauth.wipe(buffer, buffer.length);
    linkauth.deviceWipe(device);
    koffi.free(device);
  }
}

if (process.argv.length !== 4) {
  console.error('usage: sign_in.js <ProductKey> <DeviceName> < DeviceSecret');
  process.exit(2);
}
try {
  signIn(process.argv[2], process.argv[3], (result) => {
    // Here an MQTT client connects. It will want the password as a string, which cannot be wiped.
    console.log(`host ${result.host}\nport ${result.port}\nclientId ${result.client_id}`);
    console.log(`username ${result.username}\npassword of ${result.password_length} characters`);
  });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
