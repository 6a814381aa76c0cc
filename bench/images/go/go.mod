module bench

go 1.22

require (
	github.com/docker/distribution v2.8.1+incompatible
	github.com/caddyserver/caddy/v2 v2.6.2
	k8s.io/client-go v0.24.0
	k8s.io/api v0.24.0
	k8s.io/apimachinery v0.24.0
	github.com/gin-gonic/gin v1.7.0
	golang.org/x/crypto v0.1.0
	golang.org/x/net v0.1.0
	github.com/dgrijalva/jwt-go v3.2.0+incompatible
)
