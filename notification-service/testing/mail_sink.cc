#include "notification-service/testing/mail_sink.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace ip::notification {

MailSink::MailSink() {
  char pattern[] = "/tmp/ip-mailsink-XXXXXX";
  folder_ = mkdtemp(pattern);
  int out[2];
  if (pipe(out) != 0) abort();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out[1], STDOUT_FILENO);
    close(out[0]);
    const std::string folder = "--folder=" + folder_;
    execl("/usr/bin/python3", "python3", IP_SOURCE_DIR "/tools/mailsink/mailsink.py",
          "--smtp-port=0", "--http-port=0", "--faults", folder.c_str(), nullptr);
    _exit(127);
  }
  close(out[1]);
  FILE* lines = fdopen(out[0], "r");
  char line[200] = "";
  if (fgets(line, sizeof line, lines) == nullptr ||
      sscanf(line, "{\"smtp_port\": %d", &port_) != 1) {
    std::cerr << "the mail sink did not start (is python3-aiosmtpd installed?)\n";
    abort();
  }
  fclose(lines);
}

MailSink::~MailSink() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  std::filesystem::remove_all(folder_);
}

std::string MailSink::url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }

std::vector<std::string> MailSink::Mails() const {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".eml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> mails;
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    mails.push_back(text.str());
  }
  return mails;
}

int MailSink::CountTo(const std::string& recipient) const {
  const auto mails = Mails();
  return static_cast<int>(std::count_if(mails.begin(), mails.end(), [&](const std::string& mail) {
    return mail.find("X-Sink-To: " + recipient + "\r\n") != std::string::npos;
  }));
}

}  // namespace ip::notification
