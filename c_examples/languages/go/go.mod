module linkauth.example/sign_in

go 1.19
