// SPDX-License-Identifier: Apache-2.0

// The AWS SDK for Go v2 as a client of credential_process: PROFILE URL;
// of the environment where PROFILE is empty.
// A request for each line on standard input, all through one configuration;
// prints "KEY-ID ARN" for each, or "error: …".
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Go has no window of its own: this is the one that botocore uses.
func window(o *aws.CredentialsCacheOptions) {
	o.ExpiryWindow = 15 * time.Minute
}

func ask(ctx context.Context, cfg aws.Config, client *sts.Client) (string, error) {
	who, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	// Its own transport closes under load what it has yet to read.
	if errors.Is(err, net.ErrClosed) {
		who, err = client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	}
	if err != nil {
		return "", err
	}
	used, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return "", err
	}
	return used.AccessKeyID + " " + aws.ToString(who.Arn), nil
}

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithSharedConfigProfile(os.Args[1]),
		config.WithCredentialsCacheOptions(window))
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	client := sts.NewFromConfig(cfg, func(o *sts.Options) {
		o.EndpointResolver = sts.EndpointResolverFromURL(os.Args[2])
		o.RetryMaxAttempts = 1
	})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer, err := ask(ctx, cfg, client)
		if err != nil {
			answer = "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(answer)
	}
}
