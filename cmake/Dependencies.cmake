# Everything comes from Debian 12 packages (scripts/lib/packages lists them).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED) # CMake's module: Debian ships no protobuf-config.cmake
find_package(absl CONFIG REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(CURL REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)

# Connector/C++ ships neither a CMake nor a pkg-config file.
find_path(MYSQLCPPCONN_INCLUDE mysql_driver.h REQUIRED)
find_library(MYSQLCPPCONN_LIBRARY mysqlcppconn REQUIRED)
add_library(mysqlcppconn INTERFACE)
target_include_directories(mysqlcppconn SYSTEM INTERFACE ${MYSQLCPPCONN_INCLUDE})
target_link_libraries(mysqlcppconn INTERFACE ${MYSQLCPPCONN_LIBRARY})
