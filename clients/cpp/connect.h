// What both examples share: a channel, tokens, errors in full.
#ifndef CLIENTS_CPP_CONNECT_H_
#define CLIENTS_CPP_CONNECT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

// The environment variable, or `otherwise`; exits when there is neither.
std::string Setting(const char* name, const char* otherwise = nullptr);

// One per process; channels and stubs are thread-safe.
std::shared_ptr<grpc::Channel> Connect();

// A system's token by client credentials. It lasts ten minutes: ask again when it has run out.
std::string SystemToken(const std::string& scope);

// A context lives for one call: five seconds, with the token.
std::unique_ptr<grpc::ClientContext> Call(const std::string& token);

std::string RequestId();

// Goes on when the call went well; otherwise shows the error as the API means it (code, message,
// reason, every violation) and exits.
void Check(const grpc::Status& status);

#endif  // CLIENTS_CPP_CONNECT_H_
