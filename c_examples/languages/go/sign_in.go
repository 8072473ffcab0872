// Signs a device in from Go, by cgo.
//
//	sign_in <ProductKey> <DeviceName> < file with the DeviceSecret
//
// Everything that holds a secret lies in C's memory and is wiped there: Go's collector copies and moves as it
// likes. The same goes for what linkauth keeps a pointer to, since it may point to no memory of Go's.
package main

/*
#cgo pkg-config: linkauth
#include <linkauth.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"io"
	"os"
	"unsafe"
)

const secretMax = 80

// One sign-in: C's structs, in C's memory.
type signIn struct {
	device  C.linkauth_device
	config  C.linkauth_device_config
	options C.linkauth_sign_in_options
	result  C.linkauth_sign_in_result
	secret  [secretMax]C.char
	buffer  [C.LINKAUTH_SIGN_IN_BUFFER_SIZE]C.char
}

type status C.linkauth_status

func (s status) Error() string {
	number := C.linkauth_status(s)
	return C.GoString(C.linkauth_status_name(number)) + ": " + C.GoString(C.linkauth_status_text(number))
}

func check(number C.linkauth_status) error {
	if number != C.LINKAUTH_OK {
		return status(number)
	}
	return nil
}

func (s *signIn) wipe() {
	C.linkauth_wipe(unsafe.Pointer(&s.secret), secretMax)
	C.linkauth_wipe(unsafe.Pointer(&s.buffer), C.LINKAUTH_SIGN_IN_BUFFER_SIZE)
	C.linkauth_device_wipe(&s.device)
}

func (s *signIn) readSecret() error {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&s.secret[0])), secretMax)
	length, err := io.ReadFull(os.Stdin, bytes)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if length > 0 && bytes[length-1] == '\n' {
		length--
	}
	s.options.device_secret = &s.secret[0]
	s.options.device_secret_length = C.size_t(length)
	return nil
}

// run calls connect with what the CONNECT must carry, and wipes it when that has returned.
func run(productKey, deviceName string, connect func(*C.linkauth_sign_in_result)) error {
	s := (*signIn)(C.calloc(1, C.size_t(unsafe.Sizeof(signIn{}))))
	defer C.free(unsafe.Pointer(s))
	defer s.wipe()
	key, name := C.CString(productKey), C.CString(deviceName)
	defer C.free(unsafe.Pointer(key))
	defer C.free(unsafe.Pointer(name))

	s.config.struct_size = C.uint32_t(unsafe.Sizeof(s.config))
	s.config.product_key, s.config.product_key_length = key, C.size_t(len(productKey))
	s.config.device_name, s.config.device_name_length = name, C.size_t(len(deviceName))
	s.options.struct_size = C.uint32_t(unsafe.Sizeof(s.options))
	s.result.struct_size = C.uint32_t(unsafe.Sizeof(s.result))
	if err := s.readSecret(); err != nil {
		return err
	}
	if err := check(C.linkauth_device_init(&s.device, C.size_t(unsafe.Sizeof(s.device)), &s.config)); err != nil {
		return err
	}
	if err := check(C.linkauth_sign_in(&s.device, &s.options, &s.buffer[0], C.LINKAUTH_SIGN_IN_BUFFER_SIZE, &s.result)); err != nil {
		return err
	}
	connect(&s.result)
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sign_in <ProductKey> <DeviceName> < DeviceSecret")
		os.Exit(2)
	}
	err := run(os.Args[1], os.Args[2], func(result *C.linkauth_sign_in_result) {
		// Here an MQTT client connects. It will want the password as a string, which cannot be wiped.
		fmt.Printf("host %s\nport %d\nclientId %s\nusername %s\npassword of %d characters\n",
			C.GoString(result.host), result.port, C.GoString(result.client_id), C.GoString(result.username),
			result.password_length)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
